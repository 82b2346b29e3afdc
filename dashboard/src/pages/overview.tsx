/** Overview: the verdict first, then the specification's four figures, the trend, the checks and the last runs. */
import { SegmentedControl } from '@mantine/core'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'wouter'
import type { Statistics } from '../api/contract.ts'
import { useRuns, useSlots, useStage, useStatistics } from '../api/reads.ts'
import { Card, Figure } from '../parts/card.tsx'
import { DayChart } from '../parts/chart.tsx'
import { Marked, Note, StatusTag, Tag } from '../parts/note.tsx'
import { Rows, Take } from '../parts/rows.tsx'
import { Empty, Shown } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { bytes, count, dayWords, decimal, duration, percent, plural, slotWords } from '../words.ts'
import { Ahead } from './ahead.tsx'
import { Checks } from './checks.tsx'
import { differenceWords, runBefore } from './compared.ts'
import { Performance } from './performance.tsx'
import { Rollout } from './rollout.tsx'
import { StartRun } from './start-run.tsx'
import { verdictOf, wordsOf } from './verdict.ts'

const PERIODS = [30, 90, 365] as const

export function OverviewPage() {
  const { policy } = usePlace()
  const [search, setSearch] = useSearchParams()
  const days = PERIODS.find((period) => String(period) === search.get('days')) ?? 30
  const statistics = useStatistics(policy, days)
  const period = (
    <SegmentedControl
      size="xs"
      aria-label="Period"
      value={String(days)}
      data={PERIODS.map((each) => ({ value: String(each), label: each === 365 ? '1 y' : `${each} d` }))}
      onChange={(value) =>
        setSearch((old) => {
          old.set('days', value)
          return old
        })
      }
    />
  )
  return (
    <>
      <div className="head">
        <h1>Overview</h1>
        <div className="actions">
          <StartRun />
        </div>
      </div>
      <Shown of={statistics} what="the figures">
        {(data) => (
          <>
            <Verdict statistics={data} />
            <Ahead />
            <Figures of={data} />
            <Card title={`Archived per day (${data.zone})`} action={period}>
              <Trend of={data} />
            </Card>
            <div className="grid wide">
              <Performance of={data} />
              <Checks />
              <LastRuns />
              <Rollout />
            </div>
          </>
        )}
      </Shown>
    </>
  )
}

function Verdict({ statistics }: Readonly<{ statistics: Statistics }>) {
  const { policy, times } = usePlace()
  const path = usePath()
  const slots = useSlots(policy)
  const runs = useRuns(policy)
  const stage = useStage(policy)
  if (slots.data === undefined || runs.data === undefined) return null
  const all = runs.data.pages.flatMap((page) => page.runs)
  const last = all.find(({ operation }) => operation === 'archive') ?? null
  const { tone, title, text } = verdictOf({ statistics, slots: slots.data, last, times })
  const before = last === null ? null : runBefore(last, all)
  const difference = last === null || before === null ? 0 : last.archived - before.archived
  return (
    <>
      <div className="note verdict" data-tone={tone} role="status" data-testid="verdict">
        <Tag tone={tone}>{title}</Tag>
        <p>
          {text}{' '}
          {last !== null && (
            <Link href={path(`/runs/${last.run}`)}>
              Run {last.run}
              {before !== null && difference !== 0 && `: why ${differenceWords(difference)} run ${before.run}`}
            </Link>
          )}
        </p>
      </div>
      {stage.data !== undefined && stage.data.value.stage !== 'live' && (
        <Note
          tone="warning"
          title={
            stage.data.value.stage === 'shadow'
              ? 'Stage shadow: the schedule makes dry runs and moves nothing'
              : 'Stage paused: nothing starts until somebody resumes it'
          }
        >
          <Link href={path('/policy')}>Change the stage</Link>
        </Note>
      )}
    </>
  )
}

function Figures({
  of: { totals, archivedPerDay, errorRate, duration: took, growth, days, period },
}: Readonly<{ of: Statistics }>) {
  return (
    <div className="grid">
      <Figure
        name="Total archived"
        value={count(totals.archived - totals.restored)}
        note={`${count(totals.archived)} moved, ${count(totals.restored)} restored since`}
      />
      <Figure
        name="Rate per day"
        value={decimal(archivedPerDay)}
        note={`${count(period.archived)} in ${days.length} days; the mean is of whole days`}
      />
      <Figure
        name="Error rate"
        value={percent(errorRate)}
        note={`${plural(period.failures, 'failure')}, ${count(totals.quarantined)} in quarantine`}
      />
      <Figure
        name="Last run took"
        value={duration(took.lastMs)}
        note={`the last that moved anybody; median ${duration(took.medianMs)}`}
      />
      <Figure
        name="Active table"
        value={growth.active === null ? '–' : bytes(growth.active.last.tableBytes + growth.active.last.indexBytes)}
        note={
          growth.active === null
            ? 'not measured yet'
            : `about ${plural(growth.active.last.rows, 'row')}, related ones too`
        }
      />
    </div>
  )
}

function Trend({ of: { days, to } }: Readonly<{ of: Statistics }>) {
  const names = useMemo(() => days.map(({ day }) => day), [days])
  const lines = useMemo(
    () => [
      { name: 'archived', values: days.map(({ archived }) => archived), color: '--bar', kind: 'bars' } as const,
      { name: 'failed', values: days.map(({ failures }) => failures), color: '--bad', kind: 'bars' } as const,
    ],
    [days],
  )
  const most = days.reduce(
    (best, day) => (day.archived > best.archived ? day : best),
    days[0] ?? { archived: 0, day: to },
  )
  return (
    <div className="stack">
      <DayChart
        label={`Archived per day; the most was ${count(most.archived)} on ${dayWords(most.day)}. The table below has every day.`}
        days={names}
        lines={lines}
      />
      <details>
        <summary>As a table</summary>
        <Take name="archived-per-day" rows={days} />
        <Rows
          label="Archived per day"
          rows={days.toReversed()}
          keyOf={({ day }) => day}
          columns={[
            { name: 'Day', cell: ({ day }) => day },
            { name: 'Runs', cell: ({ runs }) => count(runs), number: true },
            { name: 'Archived', cell: ({ archived }) => count(archived), number: true },
            { name: 'Failed', cell: ({ failures }) => count(failures), number: true },
            { name: 'Restored', cell: ({ restored }) => count(restored), number: true },
          ]}
        />
      </details>
    </div>
  )
}

const SHOWN_RUNS = 8

function LastRuns() {
  const { policy, times } = usePlace()
  const path = usePath()
  const runs = useRuns(policy)
  const slots = useSlots(policy)
  const missed = (slots.data?.slots ?? []).filter(({ state }) => state === 'missed' || state === 'refused')
  return (
    <Card title="Recent and missed runs" action={<Link href={path('/runs')}>All runs</Link>}>
      <Shown of={runs} what="the runs">
        {({ pages }) => {
          const shown = pages.flatMap((page) => page.runs).slice(0, SHOWN_RUNS)
          if (shown.length === 0 && missed.length === 0) return <Empty>Nothing has run yet.</Empty>
          return (
            <ul className="checks">
              {missed.slice(0, 3).map(({ slot, state, reason, run }) => (
                <Marked key={slot} tag={<Tag tone="warning">{state}</Tag>}>
                  {times.short(slot)}: {slotWords(state)}
                  {reason !== null && ` (${reason})`}
                  {run !== null && ', caught up'}
                </Marked>
              ))}
              {shown.map((run) => (
                <Marked key={run.run} tag={<StatusTag status={run.status} />}>
                  <Link href={path(`/runs/${run.run}`)}>#{run.run}</Link>
                  <span className="faint">{times.short(run.startedAt)}</span> {wordsOf(run)}
                </Marked>
              ))}
            </ul>
          )
        }}
      </Shown>
    </Card>
  )
}
