/** The program as commander knows it: global options, and every command from its own file. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { text } from './arguments.ts'
import type { Door, Register } from './command.ts'
import { registerAudit } from './commands/audit.ts'
import { registerCompletion } from './commands/completion.ts'
import { registerConfig } from './commands/config.ts'
import { registerControl } from './commands/control.ts'
import { registerDemo } from './commands/demo.ts'
import { registerDoctor } from './commands/doctor.ts'
import { registerErase } from './commands/erase.ts'
import { registerErasures } from './commands/erasures.ts'
import { registerExport } from './commands/export.ts'
import { registerFailures } from './commands/failures.ts'
import { registerHistory } from './commands/history.ts'
import { registerHold } from './commands/hold.ts'
import { registerHomecoming } from './commands/homecoming.ts'
import { registerInit } from './commands/init.ts'
import { registerKey } from './commands/key.ts'
import { registerMigrate } from './commands/migrate.ts'
import { registerNotify } from './commands/notify.ts'
import { registerPlan } from './commands/plan.ts'
import { registerPolicy } from './commands/policy.ts'
import { registerPurge } from './commands/purge.ts'
import { registerReconcile } from './commands/reconcile.ts'
import { registerRestore } from './commands/restore.ts'
import { registerRun } from './commands/run.ts'
import { registerServe } from './commands/serve.ts'
import { registerShow } from './commands/show.ts'
import { registerStatistics } from './commands/statistics.ts'
import { registerSweep } from './commands/sweep.ts'
import { registerVerify } from './commands/verify.ts'
import { registerWorker } from './commands/worker.ts'

/** In the order in which somebody meets them. */
const COMMANDS: readonly Register[] = [
  registerDemo,
  registerInit,
  registerDoctor,
  registerMigrate,
  registerPlan,
  registerRun,
  registerControl,
  registerPolicy,
  registerWorker,
  registerFailures,
  registerHistory,
  registerStatistics,
  registerShow,
  registerRestore,
  registerVerify,
  registerSweep,
  registerReconcile,
  registerHold,
  registerErase,
  registerErasures,
  registerExport,
  registerPurge,
  registerHomecoming,
  registerNotify,
  registerAudit,
  registerKey,
  registerServe,
  registerConfig,
  registerCompletion,
]

const AFTER_HELP = `
Exit codes: 0 done or nothing to do, 1 failed, 2 usage or configuration,
  3 partial, 4 refused by a guard, 5 verify differs, 10 work pending
  (plan --detailed-exitcode), 11 already running, 130 interrupted.
Results go to stdout, everything else to stderr.
The database: MOTHBALL_DATABASE_URL, or database.url.`

/** Commander's own words go nowhere: what is wrong is thrown, and said by `Output`. */
export function createProgram(door: Door): Command {
  const program = new Command('mothball')
    .description('Moves rows that nobody needs daily out of a busy PostgreSQL table, and back.')
    .version(version(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .option('--config <file>', 'configuration; else mothball.config.ts, .yaml or .json here', text('--config'))
    .option('--policy <name>', 'which policy; needed only where there are several', text('--policy'))
    .option('--database <name>', 'which of several databases; a service works on all', text('--database'))
    .option('--database-url <url>', "database to use instead of the configuration's", text('--database-url'))
    .option('--json', 'JSON lines on stdout; the last line is the result')
    .option('--no-color', 'no colour (NO_COLOR does the same)')
    .option('--quiet', 'only the result and errors')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', AFTER_HELP)
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
  for (const register of COMMANDS) register(program, door)
  return program
}

function version(): string {
  const { version: text }: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  return text
}
