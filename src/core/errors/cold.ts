/** What may go wrong with cold files, and what stands in the way of a purge. */
import { EXIT, errorTable } from './error.ts'

export const coldErrors = errorTable({
  cold_missing: {
    message: () => 'the configuration names no place for cold files',
    hint: () => 'Add cold.directory or cold.s3 to the configuration.',
    exit: EXIT.usage,
    http: 409,
  },
  cold_store_failed: {
    message: ({ store, problem }) => `${store} did not take or give a file: ${problem}`,
    hint: () => 'See that the store is there and may be written, then repeat the command; what was recorded stays.',
    exit: EXIT.failed,
    http: 502,
  },
  cold_desk_failed: {
    message: ({ folder, problem }) => `the folder for temporary files, ${folder}, cannot be written: ${problem}`,
    hint: () => 'Make room there, or name another folder in TMPDIR, then repeat the command; what was recorded stays.',
    exit: EXIT.failed,
    http: 500,
  },
  cold_store_refused: {
    message: ({ store, problem }) => `${store} refused our keys: ${problem}`,
    hint: () => 'Check accessKeyId and secretAccessKey, what they may do in the bucket, and the clock of this machine.',
    exit: EXIT.failed,
    http: 502,
  },
  cold_not_kept: {
    message: ({ file, rows, differing }) => `${file} does not hold what was sent: ${differing} of ${rows} rows differ`,
    hint: () => 'Nothing was recorded. Report it with the types of the columns of this table.',
    exit: EXIT.failed,
    http: 500,
  },
  cold_file_missing: {
    message: ({ file }) => `the cold file ${file} is not in the store`,
    hint: () => 'Bring the file back from a copy of the store; nothing was touched.',
    exit: EXIT.failed,
    http: 409,
  },
  cold_file_differs: {
    message: ({ file, problem }) => `the cold file ${file} is not the one that was recorded: ${problem}`,
    hint: () => 'Bring the file back from a copy of the store; nothing was touched.',
    exit: EXIT.differs,
    http: 409,
  },
  cold_key_missing: {
    message: ({ key }) => `the configuration has no key ${key}, under which the file was encrypted`,
    hint: () => 'Add the key to cold.encryption.keys; a key stays there as long as its files do.',
    exit: EXIT.usage,
    http: 409,
  },
  cold_column_taken: {
    message: ({ table, column }) => `${table} has a column ${column} of its own, a name that cold files need`,
    hint: () => 'Rename the column in the table and in its archive.',
    exit: EXIT.refused,
    http: 409,
  },
  cold_columns_alike: {
    message: ({ table, column, other }) =>
      `${table} has columns ${other} and ${column}, which are one name in a cold file`,
    hint: () => 'Rename one of them in the table and in its archive.',
    exit: EXIT.refused,
    http: 409,
  },
  cold_shape_differs: {
    message: ({ table, column }) => `${table} has no column ${column} of the type that the cold file was written with`,
    hint: () => 'Give the archive table this column back; nothing was touched.',
    exit: EXIT.refused,
    http: 409,
  },
  purge_no_basis: {
    message: ({ policy }) => `purging is off for ${policy}: no legal basis is recorded`,
    hint: () => 'Record one with `mothball purge basis`.',
    exit: EXIT.refused,
    http: 409,
  },
  purge_same_person: {
    message: ({ actor, plan }) => `${actor} has planned purge ${plan} and may not carry it out as well`,
    hint: () => 'Let a second person run it.',
    exit: EXIT.refused,
    http: 403,
  },
  purge_count_differs: {
    message: ({ plan, planned, confirmed }) =>
      `purge ${plan} is about ${planned} families, ${confirmed} were confirmed`,
    hint: ({ planned }) => `Read the plan again, and confirm ${planned}.`,
    exit: EXIT.refused,
    http: 409,
  },
  purge_outdated: {
    message: ({ plan, problem }) => `purge ${plan} can no longer be carried out: ${problem}`,
    hint: () => 'Make a new one with `mothball purge plan`.',
    exit: EXIT.refused,
    http: 409,
  },
  purge_closed: {
    message: ({ plan, state }) => `purge ${plan} is ${state}`,
    hint: () => 'Make a new one with `mothball purge plan`.',
    exit: EXIT.refused,
    http: 409,
  },
})
