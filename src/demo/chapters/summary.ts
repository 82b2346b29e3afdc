/** The last word: what the product says beside what plain SQL counts. A difference ends the demo with exit code 1. */
import type { RestoreResult } from '../../core/restore.ts'
import type { RunResult } from '../../core/run.ts'
import { activeRows, archivedRows, type Side } from '../table-counts.ts'
import { Disagreement, number, type Tour } from '../tour.ts'

export type Story = Readonly<{
  made: Side
  /** Dry runs among them. */
  runs: readonly RunResult[]
  restored: RestoreResult
}>

type Line = Readonly<{ what: string; told: number; counted: number }>

/** Throws Disagreement, with every line told. */
export async function summarize({ sql, tell }: Tour, story: Story): Promise<void> {
  tell.step('The counts, as Mothball tells them and as plain SQL finds them')
  const told = tellCounts(story)
  const [active, archived] = [await activeRows(sql), await archivedRows(sql)]
  const lines: readonly Line[] = [
    { what: 'customers, active', told: told.active.customers, counted: active.customers },
    { what: 'customers, archived', told: told.archived.customers, counted: archived.customers },
    { what: 'customers in all', told: story.made.customers, counted: active.customers + archived.customers },
    { what: 'related rows, active', told: told.active.related, counted: active.related },
    { what: 'related rows, archived', told: told.archived.related, counted: archived.related },
    { what: 'related rows in all', told: story.made.related, counted: active.related + archived.related },
    {
      what: 'runs in the log',
      told: story.runs.length,
      counted: await sql.count('select count(*) from public.nic_cc_archive_log'),
    },
  ]
  tell.say(columns('', 'Mothball', 'plain SQL', ''))
  for (const { what, told: one, counted } of lines)
    tell.say(columns(what, number(one), number(counted), one === counted ? 'agree' : 'DIFFER'))
  const differing = lines.filter(({ told: one, counted }) => one !== counted)
  if (differing.length > 0) throw new Disagreement(`the counts differ: ${differing.map(({ what }) => what).join('; ')}`)
}

const columns = (what: string, told: string, counted: string, verdict: string): string =>
  `${what.padEnd(24)}${told.padStart(14)}${counted.padStart(14)}   ${verdict}`.trimEnd()

/** From the results of the runs and of the restore alone. */
function tellCounts({ made, runs, restored }: Story): Readonly<{ active: Side; archived: Side }> {
  const customers = sum(runs.map((run) => run.archived)) - restored.restored
  const related = sum(runs.map((run) => sum(Object.values(run.related)))) - sum(Object.values(restored.related))
  return {
    active: { customers: made.customers - customers, related: made.related - related },
    archived: { customers, related },
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
