/** What the archive gained: probe queries before and after each run, as a trend; which one is shown stands in the address. */
import { NativeSelect } from '@mantine/core'
import { useMemo } from 'react'
import { useSearchParams } from 'wouter'
import type { Statistics } from '../api/contract.ts'
import { Card } from '../parts/card.tsx'
import { DayChart } from '../parts/chart.tsx'
import { Empty } from '../parts/states.tsx'
import { decimal } from '../words.ts'

export function Performance({ of: { probes } }: Readonly<{ of: Statistics }>) {
  const [search] = useSearchParams()
  const names = [...new Set(probes.map(({ probe }) => probe))].sort()
  const name = names.find((each) => each === search.get('probe')) ?? names[0] ?? null
  return (
    <Card title="Performance" action={names.length > 1 && name !== null && <Choice of={names} chosen={name} />}>
      {name === null ? (
        <Empty>
          Nothing is measured yet: name a query in the policy’s <span className="mono">probes</span>, and each run times
          it before and after.
        </Empty>
      ) : (
        <OneProbe name={name} probes={probes} />
      )}
    </Card>
  )
}

function Choice({ of: names, chosen }: Readonly<{ of: readonly string[]; chosen: string }>) {
  const [, setSearch] = useSearchParams()
  return (
    <NativeSelect
      size="xs"
      aria-label="Probe"
      value={chosen}
      data={[...names]}
      onChange={(event) => {
        const { value } = event.currentTarget
        setSearch((old) => {
          old.set('probe', value)
          return old
        })
      }}
    />
  )
}

function OneProbe({ name, probes }: Readonly<{ name: string; probes: Statistics['probes'] }>) {
  const shown = useMemo(() => seriesOf(probes.filter(({ probe }) => probe === name)), [probes, name])
  return (
    <div className="stack">
      <p>
        Probe <strong>{name}</strong>: p95 {decimal(shown.first)} ms before the first run of the period
        {shown.last !== null && `, ${decimal(shown.last)} ms after the last`}.
      </p>
      <DayChart
        label={`Probe ${name}: p95 in milliseconds after each run, from ${decimal(shown.first)} to ${decimal(shown.last)}`}
        days={shown.days}
        lines={shown.lines}
        unit=" ms"
      />
    </div>
  )
}

function seriesOf(nights: Statistics['probes']) {
  const days = [...new Set(nights.map(({ day }) => day))].sort()
  const valuesOf = (phase: 'before' | 'after') =>
    days.map((day) => nights.find((night) => night.day === day && night.phase === phase)?.p95Ms ?? null)
  const [before, after] = [valuesOf('before'), valuesOf('after')]
  return {
    days,
    first: before.find((value) => value !== null) ?? null,
    last: after.findLast((value) => value !== null) ?? null,
    lines: [
      { name: 'before the run', values: before, color: '--warning', kind: 'line' },
      { name: 'after the run', values: after, color: '--bar', kind: 'line' },
    ] as const,
  }
}
