/** The last word: what the commands said, added up, beside what plain SQL counts. They agree, or the demo has failed. */
import { count, sumOf } from '../../cli/format.ts'
import { activeRows, archivedRows, type Side } from '../table-counts.ts'
import type { ToldRestore, ToldRun } from '../told.ts'
import { Disagreement, type Tour } from '../tour.ts'

export type Story = Readonly<{
  made: Side
  /** Dry runs among them. */
  runs: readonly ToldRun[]
  restored: ToldRestore
}>

type Line = Readonly<{ what: string; told: number; counted: number }>

const COLUMNS = [
  { name: 'rows' },
  { name: 'Mothball', align: 'right' },
  { name: 'plain SQL', align: 'right' },
  { name: 'verdict' },
] as const

/** Throws Disagreement after every line has been shown. */
export async function summarize({ sql, tell }: Tour, story: Story): Promise<void> {
  tell.step('What Mothball said, and what plain SQL counts')
  const told = addUp(story)
  const [active, archived] = [await activeRows(sql), await archivedRows(sql)]
  const lines: readonly Line[] = [
    { what: 'customers, active', told: told.active.customers, counted: active.customers },
    { what: 'customers, archived', told: told.archived.customers, counted: archived.customers },
    { what: 'related rows, active', told: told.active.related, counted: active.related },
    { what: 'related rows, archived', told: told.archived.related, counted: archived.related },
    {
      what: 'rows in all, as made',
      told: story.made.customers + story.made.related,
      counted: active.customers + active.related + archived.customers + archived.related,
    },
    // A restore has its row too.
    { what: 'runs in the log', told: story.runs.length + 1, counted: await sql.count(LOGGED_QUERY) },
  ]
  tell.table(COLUMNS, lines.map(cells))
  const differing = lines.filter((line) => line.told !== line.counted)
  if (differing.length > 0) throw new Disagreement(`counts differ: ${differing.map(({ what }) => what).join('; ')}`)
}

const LOGGED_QUERY = 'select count(*) from public.nic_cc_archive_log'

const cells = ({ what, told, counted }: Line): readonly string[] => [
  what,
  count(told),
  count(counted),
  told === counted ? 'agree' : 'DIFFER',
]

/** Nothing but the results of the commands. */
function addUp({ made, runs, restored }: Story): Readonly<{ active: Side; archived: Side }> {
  const sum = (of: (run: ToldRun) => number) => runs.reduce((total, run) => total + of(run), 0)
  const customers = sum((run) => run.archived) - restored.restored
  const related = sum((run) => sumOf(run.related)) - sumOf(restored.related)
  return {
    active: { customers: made.customers - customers, related: made.related - related },
    archived: { customers, related },
  }
}
