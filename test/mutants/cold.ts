/**
 * What makes cold files and a purge safe: rows that are the files', holds, contacts under a secret, and old files that are
 * not forgotten.
 */
import type { Mutant } from './mutant.ts'

const BATCH = 'src/engine/cold/purge-batch.ts'
const TESTS = 'test/integration/cold-purge.test.ts'
const CONTACTS = 'test/integration/cold-contacts.test.ts'
const STORES = 'test/contract/cold-store.test.ts'
const STAYS = 'who was changed, held or brought home since the export is not destroyed'

export const COLD_MUTANTS: readonly Mutant[] = [
  {
    without: 'the comparison of what is read back with what the server sent',
    patches: [{ file: 'src/cold/vault.ts', find: 'if (!isSame || proof.rows', put: 'if (proof.rows' }],
    killedBy: {
      file: 'test/integration/cold-tampering.test.ts',
      tests: ['a value, a NULL or a row that became another one on the way into a file is not kept'],
    },
  },
  {
    without: 'the comparison of the archive’s rows with the file’s',
    patches: [
      {
        file: BATCH,
        find: 'if (here.get(key) !== there?.get(key) || (!isWhole && here.has(key))) same.delete(key)',
        put: 'if (!same.has(key) && !there) same.delete(key)',
      },
    ],
    killedBy: { file: TESTS, tests: [STAYS] },
  },
  {
    without: 'the question for holds before a purge destroys',
    patches: [
      { file: BATCH, find: 'keys.filter((key) => !held.has(key))', put: 'keys' },
      { file: BATCH, find: "held.has(key) ? 'held' : same.has(key)", put: 'same.has(key)' },
    ],
    killedBy: { file: TESTS, tests: [STAYS] },
  },
  {
    without: 'the secret under the contacts of the purged',
    patches: [
      { file: 'src/engine/cold/contacts.ts', find: "createHmac('sha256', key)", put: "createHmac('sha256', '')" },
    ],
    killedBy: {
      file: CONTACTS,
      tests: [
        'a purged customer is found by key, phone, e-mail and policy number in any format, under the secret that he was purged under and no other',
      ],
    },
  },
  {
    without: 'the contacts of an erased one that leave the journal',
    patches: [
      {
        file: 'src/sql/journal/cold-erase.sql.ts',
        within: 'forgetFamilySql',
        find: "contacts = '{}', contact_key = null, ",
        put: '',
      },
    ],
    killedBy: {
      file: CONTACTS,
      tests: ['who is erased is found under no secret: his contacts go from the journal with his key'],
    },
  },
  {
    without: 'the old files that are written down before they are removed',
    patches: [
      {
        file: 'src/engine/erase/places/cold.ts',
        find: '  await session.execute(recordRemovalsSql(subject, run, old))\n',
        put: '',
      },
    ],
    killedBy: {
      file: 'test/integration/cold-erase.test.ts',
      tests: [
        'an exported person leaves the cold files: the set is written again without him, every other row is the same, the old files are gone',
      ],
    },
  },
  {
    without: 'the question whether the basis of a purge still stands',
    patches: [{ file: 'src/engine/cold/purge.ts', find: "if (founded === 'true') return", put: 'return' }],
    killedBy: { file: TESTS, tests: ['a basis that is withdrawn while a purge is at work ends it at its batch'] },
  },
  {
    without: 'the look at a file’s lock after it was written',
    patches: [
      {
        file: 'src/cold/s3-upload.ts',
        find: '  if (retention) await requireLocked(bucket, place, retention)\n',
        put: '',
      },
    ],
    killedBy: {
      file: STORES,
      tests: ['a server that takes the wish for a lock and locks nothing is not believed'],
    },
  },
  {
    without: 'the mark by which an upload is told from a stranger’s file',
    patches: [{ file: 'src/cold/s3-upload.ts', find: 'Metadata?.[MARK] === mark', put: 'Metadata' }],
    killedBy: {
      file: STORES,
      tests: ['a bucket: an upload whose answer was lost is known again; a stranger’s file is not taken for it'],
    },
  },
]
