/**
 * `npm run bench`: what a move costs, as ratios to what else could be done on the same server in the same minutes.
 * Prints a table with the bar of each ratio; an absolute time belongs to the machine that it was measured on. Takes a
 * quarter of an hour, and wants a machine that does nothing else meanwhile.
 */
import { writeFile } from 'node:fs/promises'
import { agents } from './agents.ts'
import { openArena, SETTINGS } from './arena.ts'
import { exportFiles } from './export.ts'
import { family } from './family.ts'
import { homecoming } from './homecoming.ts'
import { lanes } from './lanes.ts'
import { linearity } from './linearity.ts'
import { memory } from './memory.ts'
import { mostlyKept } from './mostly-kept.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { overview } from './overview.ts'
import { perRowLoop } from './per-row-loop.ts'
import { reads } from './reads.ts'
import { type Line, passes, printBreakdown, printReports, type Report, reportJson } from './report.ts'
import { restore } from './restore.ts'
import type { Scenario } from './scenario.ts'
import { show } from './show.ts'
import { subjectOnly } from './subject-only.ts'
import { sweep } from './sweep.ts'

const SCENARIOS: readonly Scenario[] = [
  subjectOnly,
  family,
  perRowLoop,
  linearity,
  lanes,
  mostlyKept,
  memory,
  restore,
  exportFiles,
  show,
  overview,
  reads,
  homecoming,
  sweep,
  agents,
]

const say = (text: string) => process.stderr.write(`${text}\n`)

async function bench(options: Options): Promise<void> {
  await using arena = await openArena(say)
  const reports = new Map<string, Report>()
  const asked = SCENARIOS.filter(({ name }) => options.only.length === 0 || options.only.includes(name))
  try {
    for (const scenario of asked) {
      say(`${scenario.name}: ${scenario.about}`)
      reports.set(scenario.name, await scenario.run({ arena, options, say }))
    }
  } finally {
    // What was measured is told, though a later scenario broke off.
    const missing = asked.map(({ name }) => name).filter((name) => !reports.has(name))
    await tell(reports, { options, settings: SETTINGS, postgres: arena.serverVersion, missing })
  }
}

/** `missing`: scenarios that were asked for and not finished. */
type Run = Readonly<{ options: Options; settings: object; postgres: string; missing: readonly string[] }>

async function tell(reports: ReadonlyMap<string, Report>, run: Run): Promise<void> {
  const all = [...reports.values()]
  printReports(reports)
  for (const breakdown of all.flatMap(({ breakdowns }) => breakdowns ?? [])) printBreakdown(breakdown)
  console.log(`\n${verdict(all.flatMap(({ lines }) => lines))}`)
  if (run.missing.length > 0) console.log(`not measured: ${run.missing.join(', ')}`)
  if (run.options.json !== null) await writeFile(run.options.json, reportJson(reports, run))
}

function verdict(lines: readonly Line[]): string {
  const judged = lines.map(passes).filter((passed) => passed !== null)
  return `${judged.filter((passed) => passed).length} of ${judged.length} bars reached`
}

const names = SCENARIOS.map(({ name }) => name)
try {
  await bench(readOptions(process.argv.slice(2), names))
} catch (error) {
  say(`bench: ${error instanceof Error ? error.message : String(error)}\n${USAGE}\nscenarios: ${names.join(', ')}`)
  process.exitCode = 1
}
