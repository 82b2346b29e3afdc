/** What each field of a configuration means. A field without words, or words without a field, stops `npm run docs`. */
import { reference } from './markdown.ts'

export type FieldWords = Readonly<{
  meaning: string
  /** Where the schema's own type says too much or too little. */
  type?: string
  /** Where the default is computed, or comes from another field. */
  default?: string
}>

export const DOCUMENT_WORDS: Readonly<Record<string, FieldWords>> = {
  $schema: { meaning: 'Path of the JSON Schema, for editors. `mothball config --schema` prints it.' },
  database: { meaning: 'Where the tables are.', default: 'from the environment' },
  'database.url': {
    meaning:
      '`postgresql://user:password@host:5432/database`. Best left out, or written as ' +
      `${reference('MOTHBALL_DATABASE_URL')}. ` +
      'The flag `--database-url` goes before it; the variable of that name fills it in where it is left out.',
  },
  http: { meaning: 'The service that `mothball serve` is. Everything may be left out.', default: '' },
  'http.host': { meaning: 'Address to listen on. Beyond this machine (`0.0.0.0`) only where somebody has an API key.' },
  'http.port': { meaning: 'Port to listen on; 0: any that is free.' },
  'http.environment': {
    meaning: 'Name of the environment, such as `production`: the dashboard shows it on every page.',
    default: 'none',
  },
  'http.compatPrefix': {
    type: 'path',
    default: 'none',
    meaning: 'What stands before `/archive_old_customers`, such as `/api:group`.',
  },
  'http.compatPolicy': { meaning: 'Policy of that endpoint. Needed where there are several.', default: 'the only one' },
  'http.origins': {
    meaning: 'Origins of other sites whose pages may ask for changes, such as `https://desk.example.com`.',
  },
  'http.behindTls': {
    meaning:
      'A proxy before it speaks TLS with browsers: cookies are `Secure`, and browsers are told to stay with TLS.',
  },
  'http.requestsPerMinute': { meaning: 'From one address, before it is asked to wait.' },
  'http.maxBodyBytes': { meaning: 'Largest body of a request.' },
  'http.runbook': {
    default: 'a page of the service',
    meaning: "Address before an error's code in `type`: `https://wiki.example.com/mothball/`.",
  },
  databases: {
    type: '`{name: {url: ...}}`',
    default: 'none',
    meaning:
      'Several databases under the same policies, instead of `database`: `mothball worker` serves all of them, each with ' +
      'its own lease, journal and log; a command works on the one that `--database` names.',
  },
  policies: {
    type: 'list',
    meaning: 'One entry for each table that is archived, at least one; no two about one table.',
  },
}

export const POLICY_WORDS: Readonly<Record<string, FieldWords>> = {
  name: {
    type: 'lower-case letters, digits and dashes',
    meaning: 'What the policy is called in commands, in the journal and in the log. Runs are remembered under it.',
  },
  subject: {
    meaning:
      'Table that the policy is about: `orders`, or `crm.orders` outside the schema public. ' +
      'A plain, permanent table with a primary key.',
  },
  age: { meaning: 'How old a row must be.' },
  'age.column': { meaning: 'Column that tells the age: `timestamptz`, `timestamp`, `date`, or whole numbers.' },
  'age.days': {
    meaning:
      "A row is old when its age column lies strictly before the cutoff: the run's moment less so many days of " +
      '24 hours. A row of exactly the cutoff stays, and so does one without an age (NULL, infinite).',
  },
  'age.unit': {
    meaning: 'What a number counts: milliseconds or seconds since 1970. Needed for a number, wrong elsewhere.',
  },
  'age.zone': {
    type: 'IANA zone',
    meaning: 'Zone of a `timestamp` or `date`, such as `Africa/Johannesburg`. Needed for these.',
  },
  keep: { meaning: 'Rules, each with a name, that keep an old row active. Rows that any of them holds for stay.' },
  'keep[].name': {
    meaning: 'Shown wherever a row stays because of it. `hold`, `restored` and `has_<table>` are built in.',
  },
  'keep[].relation': {
    meaning:
      'Relation whose rows are looked at: one row that meets every condition is enough. Left out: the subject itself.',
  },
  'keep[].where': {
    meaning: 'Conditions that must all be met. Empty: any related row keeps (not allowed for the subject itself).',
  },
  'keep[].where[].column': { meaning: "Column of the relation's table, or of the subject." },
  'keep[].where[].operator': { meaning: 'Comparison. `<>` and `not in` are met by NULL too: in doubt a row stays.' },
  'keep[].where[].value': {
    type: 'text, number, `true` or `false`; list; `{ago: days}`; `{ahead: days}`',
    meaning:
      'What to compare with. A list for `in` and `not in`, nothing for `is null` and `is not null`. `ago` and `ahead` ' +
      "are days of 24 hours from the run's moment.",
  },
  'keep[].where[].unit': { meaning: 'As `age.unit`, for a column that is compared with `ago` or `ahead`.' },
  'keep[].where[].zone': { type: 'IANA zone', default: '`age.zone`', meaning: 'As `age.zone`, for such a column.' },
  relations: { default: 'none', meaning: "Tables whose rows belong to the subject, or to another relation's rows." },
  'relations[].name': { default: "the table's name", meaning: 'By which keep rules and other relations call it.' },
  'relations[].table': { meaning: 'The table. It may stand in several relations, when its rows have several parents.' },
  'relations[].columns': {
    default: "the only foreign key's",
    meaning: 'Columns of this table that refer to the parent. Needed where there is no foreign key, or more than one.',
  },
  'relations[].parent': { default: 'the subject', meaning: 'Name of the relation that the rows belong to.' },
  'relations[].references': {
    default: "the foreign key's, else the parent's primary key",
    meaning: 'Columns of the parent that are referred to, in the order of `columns`.',
  },
  'relations[].action': {
    default: '`related`',
    meaning:
      '`archive`: the rows move along. `keep`: they stay where they are. `block`: any such row keeps the subject ' +
      '(rule `has_<table>`).',
  },
  'relations[].optional': {
    meaning:
      'A missing table or column is a warning instead of a refusal, and the relation is left out, **with the keep rules ' +
      'that read it**.',
  },
  discover: {
    meaning:
      'Tables with an enforced foreign key into the family join it by themselves, with `related` as their action.',
  },
  related: { meaning: 'Action of relations that name none: options A (`archive`), B (`keep`) and C (`block`).' },
  late: {
    meaning:
      'What a sweep does with a related row that was written for an archived subject: his family comes home (`restore`, ' +
      'for it is a sign of life), the row moves after it (`follow`; one that makes a keep rule hold, or stands in a table ' +
      'that blocks, brings the family home all the same), or it is only told (`report`).',
  },
  batchSize: { meaning: 'Subjects in one transaction. `run --batch-size` goes before it.' },
  guard: {
    meaning:
      'Largest share of the subject table that a live run moves without being asked for the number (`--confirm=N`).',
  },
  window: {
    default: 'none',
    meaning: 'Hours in which a live run may start and start batches. `--ignore-window` goes past it.',
  },
  'window.from': { type: '`HH:MM`', meaning: 'First minute.' },
  'window.to': { type: '`HH:MM`', meaning: 'First minute after it. Before `from`: the window crosses midnight.' },
  'window.zone': { type: 'IANA zone', meaning: 'Whose wall clock is meant.' },
  schedule: {
    default: 'none',
    meaning: 'When `mothball worker` runs it by itself. See [run every night](../how-to/run-every-night.md).',
  },
  'schedule.cron': {
    type: 'five cron fields',
    meaning:
      'Minute, hour, day of the month, month, day of the week. A fixed time comes once a day: where the clock jumps over ' +
      'it, as much later; where it comes twice, the first time.',
  },
  'schedule.zone': { type: 'IANA zone', meaning: 'Whose wall clock is meant.' },
  'schedule.catchUp': {
    meaning: 'What becomes of slots that passed while no service was there: one run for all of them, or none.',
  },
  'schedule.stage': {
    meaning:
      'Stage to begin with: `shadow` (dry runs), `live` or `paused`. Once `mothball policy stage` has set one, the journal has it.',
  },
  lanes: {
    meaning:
      'Key ranges at the most that a large run is cut into, for as many workers. A range has at least ten batches.',
  },
  parallel: {
    meaning:
      'Lanes that one process goes through beside each other, each on a connection of its own; a large run is cut into at least so many. 2 makes a backlog about a quarter faster where the server has cores to spare.',
  },
  reason: { default: '`<days>_day_rule`', meaning: 'Written to `archive_reason` of every row that moves.' },
  archivedBy: { meaning: 'Written to `archived_by` of every row that moves; the actor of runs that name none.' },
  logTable: { meaning: 'The public log; see [log-table.md](log-table.md).' },
  archiveSuffix: { meaning: 'An archive table is called like its source with this after it, in the same schema.' },
  keepUntilDays: {
    meaning: 'Days of 24 hours that a restored subject stays active, unless the restore says otherwise.',
  },
  timeouts: { default: 'as below', meaning: 'Limits in milliseconds.' },
  'timeouts.lockMs': {
    meaning:
      'How long a batch waits for a lock before it is rolled back and tried again. Rows that others hold are passed by.',
  },
  'timeouts.statementMs': { meaning: 'How long one statement of a batch may take.' },
  'timeouts.idleMs': { meaning: 'How long a batch may stand still before the server ends it.' },
  'timeouts.leaseMs': {
    meaning:
      'How long a run without a heartbeat counts as alive. It beats three times in that time. One whose connection is gone counts as dead at once.',
  },
  throttle: { default: 'as below', meaning: 'When a run goes slower, in milliseconds; `null`: never for that.' },
  'throttle.heldMs': {
    meaning:
      'Somebody waited for a batch that held its rows for longer: as long as people work, batches hold them for about so long.',
  },
  'throttle.replicaLagMs': { meaning: 'A replica is so far behind.' },
  'throttle.longTransactionMs': {
    meaning: 'Somebody has had a transaction open for so long, so that nothing behind us can be cleaned up.',
  },
  compare: { meaning: 'Both sides of each batch are compared by digest. Off only to measure what that costs.' },
  acceptedTriggers: { meaning: 'Triggers of source tables that are known and may fire, as `table.trigger`.' },
  search: { default: 'nothing', meaning: 'Columns of the subject that `mothball show` searches beside the key.' },
  'search.phone': { meaning: 'Phone numbers: the last nine digits count, in any format.' },
  'search.email': { meaning: 'E-mail addresses: upper and lower case are the same.' },
  'search.text': { meaning: 'Other numbers, such as policy numbers: letters and digits count, in any case.' },
  views: {
    meaning:
      '`migrate` makes the view `<table>_all` over each table that moves and its archive, and keeps it in step: ' +
      '[one view over both](../how-to/see-both-tiers.md).',
  },
  erasure: {
    default: 'as below',
    meaning: 'How far `mothball erase` may go: [erase a person](../how-to/erase-a-person.md).',
  },
  'erasure.active': {
    meaning:
      'Whether a person who is active may be erased: never (`refuse`), or where no keep rule holds (`unless_kept`). An ' +
      'archived one may in any case; nobody may while a hold is on him.',
  },
  'erasure.identifying': {
    type: 'table to column to text or null',
    meaning:
      'What `mothball erase --de-identify` replaces, and by what: `{crm.customer: {name: REDACTED, phone: null}}`. A text is ' +
      'read as the type of the column. Every column that `search` names has to be among them.',
  },
  'erasure.missing': {
    meaning:
      'Whether a column of `identifying` that does not exist stops a de-identification (`refuse`), or is passed over and told ' +
      '(`pass`, as in the preset).',
  },
  'erasure.dueDays': { meaning: 'Days of 24 hours within which a request is due, unless it says otherwise.' },
  probes: {
    type: 'list',
    meaning:
      'Queries that are timed before and after each run: [watch what it gains](../how-to/watch-what-it-gains.md).',
  },
  'probes[].name': { type: 'lower-case letters, digits, dashes and underscores', meaning: 'What it is called.' },
  'probes[].sql': {
    type: 'a query',
    meaning:
      'One query, without a semicolon at its end. It runs in a transaction that can only read, with the rights and the ' +
      'search path of the role that runs.',
  },
  'probes[].repeat': { meaning: 'How often it is timed, each time.' },
  'probes[].timeoutMs': {
    meaning: 'How long one execution may take. A probe that takes longer is told, and no run fails.',
  },
  cold: {
    default: 'as below',
    meaning: 'Long-term retention: [keep and destroy](../how-to/keep-and-destroy.md).',
  },
  'cold.exportAfterDays': { meaning: 'Days of 24 hours in the archive after which a family is due for cold files.' },
  'cold.keep': {
    default: '2 years',
    meaning:
      'How long a family is kept from the moment it was archived, by the calendar: what is past it may be purged.',
  },
  'cold.keep.years': { meaning: 'Who was archived on 29 February is kept until 28 February of a common year.' },
  'cold.keep.months': { meaning: 'Added to the years; the last day of a shorter month stands for the 31st.' },
  'cold.keep.days': { meaning: 'Added last.' },
  'cold.familiesPerFile': { meaning: 'Families at the most in one set of files.' },
}

/** Fields that stand beside `preset` only. */
export const PRESET_WORDS: Readonly<Record<string, FieldWords>> = {
  preset: { meaning: "Takes everything below from the call center's specification." },
  criteria: {
    meaning: '`basic`: the age alone decides. `enhanced`: also the four keep rules below.',
  },
  tables: { type: 'names', default: "the preset's", meaning: 'Other names of tables: `{nic_cc_aod: crm.aod}`.' },
  columns: {
    type: 'names',
    default: "the preset's",
    meaning: "Other names of columns, by the preset's own `table.column`: `{nic_cc_aod.status: state}`.",
  },
}
