/** What the program's own help leaves out, by command. A command without words stops `npm run docs`. */
import { AUDIT_COMMANDS } from './audit-commands.ts'

export type CommandWords = Readonly<{
  /** What it touches, and what it returns beside 0. */
  notes: string
  examples: readonly string[]
}>

const READS = 'Reads only.'

export const COMMAND_WORDS: Readonly<Record<string, CommandWords>> = {
  demo: {
    notes:
      'Needs no database and no configuration. On a terminal it waits for Ctrl-C at the end, so that you can look around; ' +
      'otherwise it ends by itself. Its own options are told by `mothball demo --help`.',
    examples: ['mothball demo', 'mothball demo --customers 100000 --foreign-keys'],
  },
  init: {
    notes:
      'Reads the database and writes one file. Where the tables of the call center are there it proposes the preset; else ' +
      'the table to which others belong, or the one with the most rows, with every foreign key written out as a relation ' +
      'and an age of 365 days. The address stays outside: the file names `MOTHBALL_DATABASE_URL`. An existing file is ' +
      'replaced with `--force` only.',
    examples: ['mothball init', 'mothball init --table crm.orders --config orders.yaml'],
  },
  doctor: {
    notes:
      `${READS} Exit 4 when something would refuse a run. Examines all policies, or the one that \`--policy\` names. ` +
      'With `--grants` it examines nothing: it prints five roles and what each needs ([run with least ' +
      'privilege](../how-to/run-with-least-privilege.md)), for the tables as they are now.',
    examples: ['mothball doctor', 'mothball doctor --grants | psql', 'mothball doctor --grants --role-prefix crm_'],
  },
  migrate: {
    notes:
      'Only ever adds: the schema `mothball`, archive tables, columns that a source has gained, the log table; with ' +
      '`--indexes` also indexes on references and on what `mothball show` searches, built CONCURRENTLY. Asks first; ' +
      'without a terminal it needs `--yes`. Run it after every change of a source table, and after every update.',
    examples: ['mothball migrate', 'mothball migrate --indexes --yes', 'mothball migrate --sql > mothball.sql'],
  },
  plan: {
    notes:
      `${READS} One READ ONLY snapshot. Exit 4 when something refuses a run, other than what \`mothball migrate\` mends; ` +
      'with `--detailed-exitcode` 10 when somebody is eligible. The codes are in [findings.md](findings.md).',
    examples: ['mothball plan', 'mothball plan --json'],
  },
  run: {
    notes:
      'Moves batch after batch until nothing eligible is left, `--max-rows` is reached, the window ends or someone stops it. ' +
      'Ctrl-C once ends it at the end of the open batch (exit 130), twice at once (the open batch is rolled back). Exit 3 ' +
      'when some could not move, 1 when none could or it broke off, 4 when a guard or the plan refuses, 11 when another run ' +
      'is alive or the slot is taken. Without a terminal it needs `--yes` or `--confirm N`; above the guard only ' +
      '`--confirm N` will do, with the number that the plan names or what `--max-rows` leaves of it. A time without an ' +
      "offset is meant in the policy's zone (of the window, else of the age), else in the database's.",
    examples: [
      'mothball run --dry-run',
      'mothball run --max-rows 10 --batch-size 10',
      'mothball run --confirm 7412',
      'mothball run --yes --slot 2026-11-24T02:00',
    ],
  },
  pause: {
    notes:
      'The run ends its open batch and stands still; it keeps its lease, and has no transaction open. Works from anywhere: ' +
      'the run reads it in the journal. Exit 1 when there is no such run, or it has ended.',
    examples: ['mothball pause 390 --reason "month end"'],
  },
  resume: {
    notes: 'It goes on with the same cutoff. Exit 1 when there is no such run, or it has ended.',
    examples: ['mothball resume 390'],
  },
  stop: {
    notes:
      'The run ends its open batch and closes with what it has moved by then (`stopped`). Nothing is rolled back; the next ' +
      'run takes the rest. Exit 1 when there is no such run, or it has ended.',
    examples: ['mothball stop 390 --reason "wrong criteria"'],
  },
  policy: { notes: 'Without a further word: `list`.', examples: ['mothball policy'] },
  'policy list': { notes: READS, examples: ['mothball policy list'] },
  'policy stage': {
    notes:
      '`shadow`: the schedule makes dry runs; an explicit run still moves. `live`: the schedule moves. `paused`: nothing ' +
      'moves, neither by itself nor by hand. Holds from the next run on, and stands in the audit log.',
    examples: ['mothball policy stage nic-call-center live --reason "three nights looked at"'],
  },
  worker: {
    notes:
      'Runs until it is told to end (Ctrl-C, SIGTERM): then an open run ends at its batch, and exit is 0. Looks at the clock ' +
      'of every database as well, unless `--no-schedule`. Any number may run, on one machine or several. Makes the schema ' +
      '`mothball_queue` at its first start, and needs the right to create it then.',
    examples: ['mothball worker', 'mothball worker --json >> mothball.jsonl'],
  },
  failures: { notes: 'Without a further word: `list`.', examples: ['mothball failures'] },
  'failures list': { notes: READS, examples: ['mothball failures list --all'] },
  'failures retry': {
    notes:
      'Ends the quarantine; moves nothing by itself. Takes keys or `--all`. Exit 3 when some of the keys have no open ' +
      'failure, 1 when none has.',
    examples: ['mothball failures retry 5521', 'mothball failures retry --all'],
  },
  history: {
    notes: `${READS} Archives, dry runs and restores alike, and slots that no run stands for. \`--before\` pages on.`,
    examples: ['mothball history --limit 50', 'mothball history 390'],
  },
  statistics: {
    notes: `${READS} Days are days of the policy's zone (window, schedule, age), else of the database's.`,
    examples: ['mothball statistics', 'mothball statistics --days 90'],
  },
  show: {
    notes:
      `${READS} Searches the key exactly, and the columns of the policy's \`search\` in any format, active and archived. ` +
      'Exit 1 when nobody is found.',
    examples: ['mothball show 5520', 'mothball show +27 82 555 0142'],
  },
  restore: {
    notes:
      'Give keys, or one of `--run`, `--since` and `--where`. Always needs `--reason`, except with `--dry-run`. Shows a ' +
      'preview and asks; without a terminal it needs `--yes`. Nothing is overwritten: who cannot come home stays in the ' +
      'archive and is named with the reason. Who is home already is no error. Exit 3 when some had a conflict or are ' +
      'unknown, 1 when nobody came home for that. Operators of `--where`: `=` `<>` `<` `<=` `>` `>=` `like` `is null` ' +
      '`is not null`; the value is all that follows, without quotes.',
    examples: [
      'mothball restore 5520 --reason "phoned again"',
      'mothball restore --run 390 --reason "wrong criteria" --yes',
      'mothball restore --where "line_of_business = motor" --where "archived_at >= 2026-11-01" --dry-run',
    ],
  },
  verify: {
    notes: `${READS} Exit 5 when something differs. What each check says: [read a verification](../how-to/read-a-verification.md).`,
    examples: ['mothball verify', 'mothball verify --json'],
  },
  sweep: {
    notes:
      "Looks everywhere for related rows whose customer is archived, and does what the policy's `late` says. A run looks " +
      'after each batch, where no enforced foreign key guards a reference, and everywhere at its end, up to 3 million ' +
      'rows; beyond that this command is the way. Rows of nobody and rows under `keep` are never touched. Asks first; ' +
      'without a terminal it needs `--yes`. Exit 3 when something is left, 11 when a run is alive.',
    examples: ['mothball sweep --dry-run', 'mothball sweep --yes'],
  },
  reconcile: {
    notes:
      'Without `--yes` it only looks. Exit 10 when something can be mended, 3 when something is found, or left, that ' +
      'cannot, 11 when a run is alive. What each finding means: ' +
      '[reconcile after a repair by hand](../how-to/reconcile.md).',
    examples: ['mothball reconcile', 'mothball reconcile --yes'],
  },
  export: {
    notes:
      'Writes every family that was archived longer ago than `cold.exportAfterDays` into Parquet files, reads them back, ' +
      'and only then records them. The archive keeps its rows. Takes the lease: no run moves meanwhile. Ctrl-C ends it ' +
      'after the set that it is at (exit 130); the next export goes on. Asks; without a terminal it needs `--yes`. See ' +
      '[keep and destroy](../how-to/keep-and-destroy.md).',
    examples: ['mothball export --dry-run', 'mothball export --yes', 'mothball export --orphans'],
  },
  purge: { notes: 'Without a further word: `list`.', examples: ['mothball purge'] },
  'purge basis': {
    notes: 'Purging is off without one. A new basis takes the place of the one before; `--withdraw` turns purging off.',
    examples: ['mothball purge basis "FAIS Act s18: kept for five years"', 'mothball purge basis --withdraw'],
  },
  'purge plan': {
    notes:
      'Lists the families in cold files whose retention is over and who are not held. Exit 4 without a legal basis.',
    examples: ['mothball purge plan --reason "retention is over"'],
  },
  'purge run': {
    notes:
      'Destroys the rows of the plan that still are what the cold files hold. Exit 4 for who made the plan himself, for ' +
      'another number, and without a legal basis; exit 3 where somebody stayed (held, changed, locked, gone). One that ' +
      'broke off is carried on by the same command.',
    examples: ['mothball purge run 3 --confirm 7412'],
  },
  'purge list': { notes: READS, examples: ['mothball purge list --json'] },
  hold: { notes: 'Without a further word: `list`.', examples: ['mothball hold'] },
  'hold set': {
    notes:
      'Waits for an open batch that has the customer. An archived customer can be held too, and one whom only a cold file has. Exit 1 when he is nowhere.',
    examples: [
      'mothball hold set 5520 --reason "complaint about a fee"',
      'mothball hold set 5520 --reason "the court asks" --case 2026/114',
    ],
  },
  'hold release': {
    notes:
      'Takes a key (all open holds of the customer), `--case` (all of that case) or `--id`. Asks; without a terminal it needs `--yes`.',
    examples: ['mothball hold release 5520 --reason "complaint closed"', 'mothball hold release --id 7 --yes'],
  },
  'hold list': { notes: READS, examples: ['mothball hold list --all', 'mothball hold list --case 2026/114'] },
  erase: {
    notes:
      '`--dry-run` shows what would go, what is in the way and the letter to the requester; exit 4 when something is. ' +
      'To destroy it takes `--reason`, `--case` and the key once more in `--confirm`; nothing asks, and nothing else will ' +
      'do. Exit 4 for a hold, an active person (by policy), a row that is another’s as well; 11 while a run is alive. ' +
      '`--de-identify` keeps his rows and replaces what identifies him. See [erase a person](../how-to/erase-a-person.md).',
    examples: [
      'mothball erase 5520 --dry-run',
      'mothball erase 5520 --de-identify --dry-run',
      'mothball erase 5520 --reason "he asked for it" --case DSR-7 --confirm 5520',
    ],
  },
  erasures: { notes: 'Without a further word: `list`.', examples: ['mothball erasures'] },
  'erasures list': { notes: READS, examples: ['mothball erasures list --key 5520'] },
  'erasures request': {
    notes:
      'Once for a case while it is open. The erasure itself closes it; the daily summary tells of those that are due.',
    examples: ['mothball erasures request 5520 --case DSR-7 --reason "he asked by mail" --due 2026-12-24'],
  },
  'erasures withdraw': {
    notes: 'Exit 1 where the case has no open request.',
    examples: ['mothball erasures withdraw --case DSR-7 --reason "he changed his mind"'],
  },
  'erasures refuse': {
    notes: 'For the reason that the requester is told. Exit 1 where the case has no open request.',
    examples: ['mothball erasures refuse --case DSR-7 --reason "FICA s23: kept until 2030"'],
  },
  'erasures due': { notes: READS, examples: ['mothball erasures due', 'mothball erasures due --all'] },
  homecoming: { notes: 'Without a further word: `status`.', examples: ['mothball homecoming'] },
  'homecoming install': {
    notes:
      'Makes the functions in the schema `mothball` and the trigger on the related tables, or renews what is stale. Asks ' +
      'first; without a terminal it needs `--yes`. Only for tables that a run would accept. To be run again after a ' +
      'change of the tables or of the relations: ' +
      '[let families come home](../how-to/let-families-come-home.md).',
    examples: ['mothball homecoming install', 'mothball homecoming install --sql > homecoming.sql'],
  },
  'homecoming status': {
    notes: `${READS} Each table is \`installed\`, \`stale\`, \`missing\` or \`not offered\`, with the reason.`,
    examples: ['mothball homecoming status --json'],
  },
  'homecoming remove': {
    notes:
      'Drops triggers and functions, for tables too that the policy names no more. Asks; without a terminal it needs `--yes`.',
    examples: ['mothball homecoming remove --yes'],
  },
  key: { notes: 'Without a further word: `list`.', examples: ['mothball key'] },
  'key create': {
    notes:
      'The key is the only thing on stdout, so that it can be piped into a secret store; it is not shown again. What each ' +
      'role may do: [HTTP API](http-api.md).',
    examples: ['mothball key create "call centre" --role operator'],
  },
  'key list': {
    notes: `${READS} Never the keys themselves: only their hashes are kept.`,
    examples: ['mothball key list --all'],
  },
  'key revoke': {
    notes: 'Asks; without a terminal it needs `--yes`. Sessions that were opened with the key end with it.',
    examples: ['mothball key revoke 3 --yes'],
  },
  serve: {
    notes:
      'Listens on `http.host` and `http.port` of the configuration, and beyond this machine only where somebody has a key ' +
      '(exit 2 otherwise). Where a policy has a schedule it also looks at the clock and works, unless `--no-schedule`. On SIGTERM or Ctrl-C it takes nothing new, its runs end at their batch, and it exits 0; twice ' +
      'leaves at once. What it answers: [HTTP API](http-api.md).',
    examples: ['mothball serve', 'mothball serve --host 0.0.0.0 --port 8080'],
  },
  notify: { notes: 'Without a further word: `list`.', examples: ['mothball notify'] },
  'notify list': {
    notes: `${READS} The newest first, with each channel: sent, waiting, or why it failed and when it is tried again.`,
    examples: ['mothball notify list --limit 50'],
  },
  'notify test': {
    notes: 'Sends at once and once, past the journal. Exit 3 when some of the channels failed, 1 when all did.',
    examples: ['mothball notify test', 'mothball notify test --channel ops'],
  },
  'notify send': {
    notes:
      'One round: runs that ended and nobody told of, summaries that are due, deliveries that wait. For cron, where no ' +
      '`mothball worker` does it; several at once send nothing twice. Exit 3 when a channel failed; it is tried again by a ' +
      'later round.',
    examples: ['mothball notify send'],
  },
  ...AUDIT_COMMANDS,
  config: {
    notes: 'Connects to nothing. Secrets are masked.',
    examples: ['mothball config', 'mothball config --origin', 'mothball config --schema > mothball.schema.json'],
  },
  completion: {
    notes: 'Prints a script; how to load it stands in its first line.',
    examples: ['mothball completion bash'],
  },
}
