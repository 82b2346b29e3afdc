/** One run: how far it is while it goes on, what can be asked of it, what failed and why, what it moved. */
import { Link } from 'wouter'
import type { Run, RunDetail } from '../api/contract.ts'
import { useFollowedRun } from '../api/follow.ts'
import { useRun, useRuns } from '../api/reads.ts'
import { API_BASE } from '../api/request.ts'
import { Card, Facts, Figure } from '../parts/card.tsx'
import { Note, StatusTag } from '../parts/note.tsx'
import { Rows } from '../parts/rows.tsx'
import { Empty, Shown } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { count, duration, plural, ruleWords, stopWords, tableWords } from '../words.ts'
import { differenceWords, reasonsOf, runBefore } from './compared.ts'
import { RunControls } from './run-controls.tsx'
import { RunFailures } from './run-failures.tsx'

export function RunPage({ run }: Readonly<{ run: number }>) {
  const { policy } = usePlace()
  const detail = useRun(policy, run)
  return (
    <Shown of={detail} what={`run ${run}`}>
      {(data) => <OneRun of={data} />}
    </Shown>
  )
}

function OneRun({ of: { run, batches, related, failures } }: Readonly<{ of: RunDetail }>) {
  const path = usePath()
  return (
    <>
      <div className="head">
        <h1>
          {run.dryRun ? 'Dry run' : 'Run'} #{run.run}
        </h1>
        <StatusTag status={run.status} />
        <div className="actions">
          <RunControls run={run} />
        </div>
      </div>
      <Progress run={run} />
      {run.error !== null && (
        <Note tone="bad" title={`It broke off: ${run.error}`}>
          What had committed stands; the next run goes on.{' '}
          <a href={`${API_BASE}/errors/${run.error}`}>What {run.error} means</a>
        </Note>
      )}
      <div className="grid">
        <Figure
          name={run.operation === 'restore' ? 'Restored' : 'Archived'}
          value={count(run.operation === 'restore' ? run.restored : run.archived)}
        />
        <Figure name="Failed" value={count(run.failed)} />
        <Figure name="Skipped" value={count(run.skipped)} note="locked, became active, or in quarantine" />
        <Figure name="Eligible at its start" value={count(run.eligible)} />
        <Figure name="Took" value={duration(run.durationMs)} note={plural(run.batches, 'batch', 'batches')} />
      </div>
      <Compared run={run} />
      <div className="grid triple">
        <Card title="What it was">
          <RunFacts run={run} />
        </Card>
        <Card title="Why the others stayed">
          {Object.keys(run.kept).length === 0 ? (
            <Empty>No keep rule held anybody.</Empty>
          ) : (
            <Counted of={run.kept} name="Rule" words={ruleWords} />
          )}
        </Card>
        <Card title="Rows by table">
          {Object.keys(related).length === 0 ? (
            <Empty>No related row moved.</Empty>
          ) : (
            <Counted of={related} name="Table" words={tableWords} />
          )}
        </Card>
      </div>
      <RunFailures failures={failures} />
      {batches.length > 0 && <Batches of={batches} all={run.batches} />}
      <Link href={path('/runs')}>All runs</Link>
    </>
  )
}

function Progress({ run }: Readonly<{ run: Run }>) {
  const { policy } = usePlace()
  const isGoing = run.endedAt === null
  const { connected, perSecond } = useFollowedRun(policy, run.run, isGoing)
  if (!isGoing) return null
  const done = run.archived + run.restored + run.failed
  const total = Math.max(run.eligible ?? 0, done)
  const share = total === 0 ? 0 : done / total
  const left = perSecond === null ? null : ((total - done) / perSecond) * 1000
  return (
    <div className="card stack" role="status">
      <div
        className="meter"
        role="progressbar"
        aria-label="Progress of the run"
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div style={{ width: `${share * 100}%` }} />
      </div>
      <p>
        {Math.round(share * 100)} % · {count(done)} of {count(total)}
        {perSecond !== null && ` · ${count(perSecond)} a second · about ${duration(left)} left`} · batch{' '}
        {count(run.batches)}
      </p>
      {run.asked !== null && (
        <p>
          Asked to {run.asked.what}
          {run.asked.by !== null && ` by ${run.asked.by}`}: it follows at the end of its batch.
        </p>
      )}
      <p className="faint">
        {connected
          ? 'You may close this page; the run goes on.'
          : 'The connection is lost; the run goes on. Connecting again …'}
      </p>
    </div>
  )
}

/** Whoever asks why last night moved fewer finds it here. */
function Compared({ run }: Readonly<{ run: Run }>) {
  const { policy, times } = usePlace()
  const path = usePath()
  const runs = useRuns(policy)
  const before = runBefore(
    run,
    (runs.data?.pages ?? []).flatMap((page) => page.runs),
  )
  if (before === null) return null
  return (
    <Card title={`Compared with run ${before.run}`}>
      <p>
        {count(run.archived)} archived, {differenceWords(run.archived - before.archived)}{' '}
        <Link href={path(`/runs/${before.run}`)}>run {before.run}</Link> ({times.at(before.startedAt)}).
      </p>
      <ul className="reasons">
        {reasonsOf(run, before).map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </Card>
  )
}

function RunFacts({ run }: Readonly<{ run: Run }>) {
  const { times } = usePlace()
  return (
    <Facts
      of={[
        ['Kind', `${run.operation}${run.dryRun ? ', dry run' : ''}`],
        ['Started', times.at(run.startedAt)],
        ['Ended', run.endedAt === null ? 'not yet' : times.at(run.endedAt)],
        ['Stopped because', run.endedAt === null ? '–' : stopWords(run.stopReason)],
        ['Cutoff', times.at(run.cutoff)],
        ['Planned for', run.slot === null ? 'nobody planned it' : times.at(run.slot)],
        ['Started by', run.actor],
        ['Reason', run.reason ?? '–'],
        ['Active then', count(run.active)],
        ['Old enough', count(run.candidates)],
      ]}
    />
  )
}

type CountedProps = Readonly<{
  of: Readonly<Record<string, number>>
  name: string
  words: (name: string) => string
  /** What has none is left out: it says nothing here. */
  filled?: boolean
}>

export const Counted = ({ of, name, words, filled = false }: CountedProps) => (
  <Rows
    label={name}
    rows={Object.entries(of)
      .filter(([, value]) => !filled || value > 0)
      .sort(([, a], [, b]) => b - a)}
    keyOf={([key]) => key}
    columns={[
      { name, cell: ([key]) => words(key) },
      { name: 'Count', cell: ([, value]) => count(value), number: true },
    ]}
  />
)

function Batches({ of: batches, all }: Readonly<{ of: RunDetail['batches']; all: number }>) {
  const { times } = usePlace()
  return (
    <Card title={`Batches${batches.length < all ? ` (the first ${batches.length} of ${count(all)})` : ''}`}>
      <Rows
        label="Batches"
        rows={batches}
        keyOf={({ batch }) => batch}
        columns={[
          { name: 'Batch', cell: ({ batch }) => batch },
          { name: `Committed (${times.zone})`, cell: ({ committedAt }) => times.short(committedAt), line: true },
          { name: 'Customers', cell: ({ subjects }) => count(subjects), number: true },
          { name: 'Rows', cell: ({ rows }) => count(rows), number: true },
          { name: 'Seal', cell: ({ sealed }) => (sealed ? 'sealed' : 'not yet') },
        ]}
      />
    </Card>
  )
}
