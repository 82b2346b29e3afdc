/**
 * `mothball demo`: the specification's testing checklist before the reader's eyes, on a PostgreSQL of its own. It ends
 * with counts that plain SQL has checked, and leaves nothing behind unless it is asked to.
 */
import { EXIT, type ExitCode, MothballError } from '../core/errors/index.ts'
import { bringHome, nextNight, whyKept } from './chapters/caller.ts'
import { readLog, verify } from './chapters/check.ts'
import { dryRun, moveRest, moveTen } from './chapters/move.ts'
import { compareOptions, makePlan, migrate } from './chapters/plan.ts'
import { makeSample } from './chapters/sample.ts'
import { summarize } from './chapters/summary.ts'
import { type DemoOptions, parseDemoOptions } from './demo-options.ts'
import { Interrupted, type Interruption, listenForInterruption } from './interruption.ts'
import { tellHowToGoOn, tellWhatIsLeft } from './look-around.ts'
import { Narration } from './narration.ts'
import { openStage } from './stage.ts'
import type { Tour } from './tour.ts'

/**
 * Exit code 0 after the tour, 1 where something failed or two counts differ, 130 after Ctrl-C on the way. Throws what is
 * wrong with `argv`, and what a command of the tour throws.
 */
export async function runDemo(argv: readonly string[]): Promise<ExitCode> {
  const options = parseDemoOptions(argv)
  const tell = new Narration(options)
  using interruption = listenForInterruption(() => tell.mute())
  try {
    await perform(options, tell, interruption)
    return EXIT.done
  } catch (error) {
    tell.unmute()
    if (error instanceof MothballError) throw error
    if (!(error instanceof Interrupted)) return tell.failure(error)
    tell.plain('\nInterrupted. The server has ended, its folder is gone.')
    return EXIT.interrupted
  }
}

async function perform(options: DemoOptions, tell: Narration, interruption: Interruption): Promise<void> {
  const { port, keep, again } = options
  const startedAt = performance.now()
  tell.busy('starting PostgreSQL')
  const stage = await openStage({ port, keep: keep || again !== null, folder: again }, interruption)
  const tour: Tour = { ...stage, options, tell }
  try {
    await interruption.orElse(again === null ? walk(tour, startedAt) : Promise.resolve())
  } catch (error) {
    const abandoned = error instanceof Interrupted
    await stage.close({ abandoned })
    if (!abandoned) tellWhatIsLeft(tour)
    throw error
  }
  if (again !== null || isWatched()) await lookAround(tour, interruption)
  await stage.close({ abandoned: false })
  tellWhatIsLeft(tour)
}

/** Until Ctrl-C: the dashboard, and the database itself. */
async function lookAround(tour: Tour, interruption: Interruption): Promise<void> {
  tour.tell.busy('45 nights pass, for the dashboard')
  const leaving = new AbortController()
  interruption.awaited.catch(() => leaving.abort())
  // The server's code is not for whoever only takes the tour.
  const { openDemoDashboard } = await import('./dashboard.ts')
  const dashboard = await openDemoDashboard(tour, leaving.signal)
  tellHowToGoOn(tour, dashboard)
  await interruption.awaited.catch(() => undefined)
  await dashboard?.[Symbol.asyncDispose]()
  tour.tell.unmute()
}

/** Somebody is there to press Ctrl-C. */
const isWatched = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true

async function walk(tour: Tour, startedAt: number): Promise<void> {
  const { sql, tell } = tour
  const [server] = await sql.rows('show server_version')
  tell.plain(tell.style.strong("Mothball: a call center's old customers, archived, checked and brought back"))
  tell.plain('')
  tell.say(`PostgreSQL ${server?.['server_version']} in a folder of its own`, performance.now() - startedAt)
  const made = await makeSample(tour)
  await migrate(tour)
  const plan = await makePlan(tour)
  await compareOptions(tour)
  const dry = await dryRun(tour)
  const ten = await moveTen(tour)
  const rest = await moveRest(tour, plan)
  await readLog(tour)
  await verify(tour)
  await whyKept(tour)
  const caller = await bringHome(tour)
  const night = await nextNight(tour, caller)
  await summarize(tour, { made, runs: [dry, ten, rest, night], restored: caller.restored })
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024)
  tell.say(`Node took ${megabytes} MB at most; the rows never left the server`, performance.now() - startedAt)
}
