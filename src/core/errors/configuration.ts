/** What can be wrong with a configuration or a command's words: said before anything is touched. */
import { EXIT, errorTable } from './error.ts'

export const configurationErrors = errorTable({
  config_not_found: {
    message: ({ path }) => `no configuration at ${path}`,
    hint: () => 'Run `mothball init` to write one, or name it with --config FILE.',
    exit: EXIT.usage,
    http: 500,
  },
  config_ambiguous: {
    message: ({ first, second }) => `there are two configurations: ${first} and ${second}`,
    hint: () => 'Name the one that is meant with --config FILE.',
    exit: EXIT.usage,
    http: 500,
  },
  config_unreadable: {
    message: ({ path, problem }) => `the configuration ${path} cannot be read: ${problem}`,
    hint: () => 'Mend the file; it must be mothball.config.ts, .yaml or .json.',
    exit: EXIT.usage,
    http: 500,
  },
  config_invalid: {
    message: ({ path, problems }) => `the configuration ${path} is not valid:\n${problems}`,
    hint: () => 'Mend the fields that are named; nothing was touched.',
    exit: EXIT.usage,
    http: 500,
  },
  variable_unset: {
    message: ({ variable, field }) => `${field} needs the environment variable ${variable}, which is not set`,
    hint: ({ variable }) => `Set ${variable}, or write the value into the configuration.`,
    exit: EXIT.usage,
    http: 500,
  },
  file_unreadable: {
    message: ({ file, field }) => `${field} needs the file ${file}, which cannot be read`,
    hint: () => 'Create the file, or correct its path in the configuration.',
    exit: EXIT.usage,
    http: 500,
  },
  database_url_missing: {
    message: () => 'no database is named',
    hint: () => 'Set MOTHBALL_DATABASE_URL, or database.url in the configuration.',
    exit: EXIT.usage,
    http: 500,
  },
  database_unknown: {
    message: ({ database, known }) => `there is no database ${database}; the configuration has ${known}`,
    hint: () => 'Name one of these with --database.',
    exit: EXIT.usage,
    http: 404,
  },
  database_ambiguous: {
    message: ({ known }) => `the configuration has several databases: ${known}`,
    hint: () => 'Name one with --database.',
    exit: EXIT.usage,
    http: 400,
  },
  policy_unknown: {
    message: ({ policy, known }) => `there is no policy ${policy}; the configuration has ${known}`,
    hint: () => 'Name one of these with --policy.',
    exit: EXIT.usage,
    http: 404,
  },
  policy_ambiguous: {
    message: ({ known }) => `the configuration has several policies: ${known}`,
    hint: () => 'Name one with --policy.',
    exit: EXIT.usage,
    http: 400,
  },
  option_invalid: {
    message: ({ option, problem }) => `${option}: ${problem}`,
    hint: ({ option }) => `Correct ${option}; \`--help\` shows what it takes.`,
    exit: EXIT.usage,
    http: 400,
  },
  confirmation_missing: {
    message: ({ what }) => `${what} needs a confirmation, and there is no terminal to ask on`,
    hint: ({ flag }) => `Repeat the command with ${flag}.`,
    exit: EXIT.usage,
    http: 400,
  },
  nothing_to_propose: {
    message: ({ object }) => `${object} has nothing with a primary key and a column that tells the age of a row`,
    hint: () => 'Name another table with --table, or write the configuration by hand.',
    exit: EXIT.failed,
    http: 422,
  },
  customer_unknown: {
    message: ({ columns, tables }) => `nobody found: searched ${columns} in ${tables}`,
    hint: () => 'Try the key, the phone number in any format, the policy number or the e-mail.',
    exit: EXIT.failed,
    http: 404,
  },
  declined: {
    message: ({ what }) => `${what} was not confirmed: nothing was touched`,
    hint: () => 'Run the command again and answer y, or add --yes.',
    exit: EXIT.interrupted,
    http: 400,
  },
  usage_invalid: {
    message: ({ problem }) => `${problem}`,
    hint: ({ hint }) => `${hint}`,
    exit: EXIT.usage,
    http: 400,
  },
  channel_unknown: {
    message: ({ channel, known }) => `there is no channel ${channel}; the configuration has ${known || 'none'}`,
    hint: () => 'Name one of these with --channel, or add it to notify.channels.',
    exit: EXIT.usage,
    http: 404,
  },
  not_told: {
    message: ({ code }) => `nobody could be told: ${code}`,
    hint: () => 'It is tried again in a moment; `mothball notify list` shows what was sent.',
    exit: EXIT.failed,
    http: 503,
  },
  notify_missing: {
    message: () => 'the configuration names no channel, so nobody is told',
    hint: () => 'Add notify.channels to the configuration.',
    exit: EXIT.usage,
    http: 409,
  },
  unexpected: {
    message: ({ problem }) => `something happened that should not: ${problem}`,
    hint: () => 'Report it with the output of the same command under MOTHBALL_DEBUG=1; nothing is half done.',
    exit: EXIT.failed,
    http: 500,
  },
  file_exists: {
    message: ({ path }) => `${path} exists already`,
    hint: () => 'Choose another path, or add --force to replace it.',
    exit: EXIT.usage,
    http: 409,
  },
})
