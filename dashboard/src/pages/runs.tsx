/** Runs: every archive, dry run and restore, newest first; filters stand in the address. */
import { Button, NativeSelect } from '@mantine/core'
import { Link, useSearchParams } from 'wouter'
import type { Run } from '../api/contract.ts'
import { useRuns, useSlots } from '../api/reads.ts'
import { Card } from '../parts/card.tsx'
import { StatusTag, Tag } from '../parts/note.tsx'
import { type Column, Rows, Take } from '../parts/rows.tsx'
import { Empty, Shown } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { count, duration, slotWords, type Times } from '../words.ts'
import { StartRun } from './start-run.tsx'

const KINDS = ['all', 'archive', 'dry run', 'restore', 'sweep', 'other'] as const
const STATUSES = ['all', 'running', 'paused', 'success', 'partial', 'failed'] as const

const kindOf = ({ operation, dryRun }: Run): (typeof KINDS)[number] =>
  dryRun ? 'dry run' : operation === 'archive' || operation === 'restore' || operation === 'sweep' ? operation : 'other'

export function RunsPage() {
  const { policy, times } = usePlace()
  const path = usePath()
  const [search, setSearch] = useSearchParams()
  const runs = useRuns(policy)
  const kind = search.get('kind') ?? 'all'
  const status = search.get('status') ?? 'all'
  const choose = (name: string, value: string) =>
    setSearch((old) => {
      if (value === 'all') old.delete(name)
      else old.set(name, value)
      return old
    })
  return (
    <>
      <div className="head">
        <h1>Runs</h1>
        <div className="actions">
          <StartRun />
        </div>
      </div>
      <div className="actions">
        <NativeSelect
          size="xs"
          label="Kind"
          value={kind}
          data={[...KINDS]}
          onChange={(e) => choose('kind', e.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          label="Status"
          value={status}
          data={[...STATUSES]}
          onChange={(e) => choose('status', e.currentTarget.value)}
        />
      </div>
      <Shown of={runs} what="the runs">
        {({ pages }) => {
          const all = pages.flatMap((page) => page.runs)
          const shown = all.filter(
            (run) => (kind === 'all' || kindOf(run) === kind) && (status === 'all' || run.status === status),
          )
          return (
            <Card title={`${count(shown.length)} shown (${times.zone})`} action={<Take name="runs" rows={shown} />}>
              {all.length === 0 && (
                <Empty>Nothing has run yet. A dry run counts what would move, and moves nothing.</Empty>
              )}
              {all.length > 0 && shown.length === 0 && (
                <Empty>No run is like that. Choose another kind or status.</Empty>
              )}
              {shown.length > 0 && (
                <Rows label="Runs" rows={shown} keyOf={({ run }) => run} columns={columnsOf(times, path)} />
              )}
              {runs.hasNextPage && (
                <Button variant="default" loading={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
                  Older runs
                </Button>
              )}
            </Card>
          )
        }}
      </Shown>
      <Planned />
    </>
  )
}

const columnsOf = (times: Times, path: (to: string) => string): readonly Column<Run>[] => [
  { name: 'Run', cell: ({ run }) => <Link href={path(`/runs/${run}`)}>#{run}</Link> },
  { name: 'Status', cell: ({ status }) => <StatusTag status={status} /> },
  { name: 'Started', cell: ({ startedAt }) => times.short(startedAt), line: true },
  { name: 'Kind', cell: kindOf, line: true },
  { name: 'Archived', cell: ({ archived }) => count(archived), number: true },
  { name: 'Failed', cell: ({ failed }) => count(failed), number: true },
  { name: 'Skipped', cell: ({ skipped }) => count(skipped), number: true },
  { name: 'Restored', cell: ({ restored }) => count(restored), number: true },
  { name: 'Took', cell: ({ durationMs }) => duration(durationMs), number: true },
  { name: 'By', cell: ({ actor }) => actor },
]

function Planned() {
  const { policy, times } = usePlace()
  const slots = useSlots(policy)
  return (
    <Card title="Planned times">
      <Shown of={slots} what="the schedule">
        {({ slots: all, next }) => {
          const missing = all.filter(({ state }) => state !== 'taken')
          return (
            <div className="stack">
              <p>{next === null ? 'This policy has no schedule.' : `Next: ${times.at(next)}`}</p>
              {all.length > 0 && missing.length === 0 && <p>Each of the last {all.length} was taken by a run.</p>}
              <ul className="checks">
                {missing.slice(0, 10).map(({ slot, state, reason, run }) => (
                  <li key={slot}>
                    <Tag tone={state === 'skipped' || state === 'due' ? 'plain' : 'warning'}>{state}</Tag>
                    {times.at(slot)}: {slotWords(state)}
                    {reason !== null && ` (${reason})`}
                    {run !== null && `, caught up by run ${run}`}
                  </li>
                ))}
              </ul>
            </div>
          )
        }}
      </Shown>
    </Card>
  )
}
