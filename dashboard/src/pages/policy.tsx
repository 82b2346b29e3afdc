/**
 * Plan & policy: what would move now and what each rule keeps, the options side by side, another age tried, the stage,
 * and who signed off what.
 */
import { Button, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import type { Plan } from '../api/contract.ts'
import { usePlan, usePolicies } from '../api/reads.ts'
import { Card, Facts, Figure } from '../parts/card.tsx'
import { Note, Tag } from '../parts/note.tsx'
import { Rows } from '../parts/rows.tsx'
import { Empty, ProblemView, Shown } from '../parts/states.tsx'
import { usePlace } from '../shell/place.tsx'
import { count, duration, percent, plural, tableWords } from '../words.ts'
import { Counted } from './run.tsx'
import { KeptByRule, SampleCard, SampleLink } from './samples.tsx'
import { SignOffsCard } from './sign-offs.tsx'
import { StageCard } from './stage.tsx'

export function PolicyPage() {
  const { policy, times } = usePlace()
  const plan = usePlan({ policy })
  return (
    <>
      <h1>Plan &amp; policy</h1>
      <StageCard />
      <Shown of={plan} what="every customer, to count them">
        {(data) => (
          <>
            <p>
              A run now, with the cutoff {times.at(data.cutoff)}, would archive <strong>{count(movingOf(data))}</strong>{' '}
              of {plural(data.active, 'active customer')}. A plan writes nothing.{' '}
              {movingOf(data) > 0 && <SampleLink rule={null} />}
            </p>
            <PlanView of={data} />
            <SampleCard />
          </>
        )}
      </Shown>
      <Options />
      <Impact />
      <SignOffsCard />
      <Document />
    </>
  )
}

const movingOf = ({ eligible, quarantined }: Plan): number => eligible - quarantined

function PlanView({ of: plan }: Readonly<{ of: Plan }>) {
  return (
    <>
      {plan.needsConfirmation !== null && (
        <Note tone="warning" title={`A run asks for the number ${plan.needsConfirmation}`}>
          It would take {percent(plan.needsConfirmation / Math.max(1, plan.active))} of the table; the guard is{' '}
          {percent(plan.guard)}.
        </Note>
      )}
      {plan.refusals.map((finding) => (
        <Note key={`${finding.code} ${finding.object}`} tone="bad" title={`Refused: ${finding.message}`}>
          {finding.hint}
        </Note>
      ))}
      <div className="grid">
        <Figure name="Would be archived" value={count(movingOf(plan))} note={noteOf(plan)} />
        <Figure name="Too young" value={count(plan.active - plan.candidates)} />
        <Figure name="Old, and kept" value={count(plan.candidates - plan.eligible)} />
        <Figure name="In quarantine" value={count(plan.quarantined)} />
      </div>
      <div className="grid wide">
        <Card title="Kept by rule (may overlap)">
          <KeptByRule of={plan.kept} />
        </Card>
        <Card title="Related rows that would go along">
          {Object.values(plan.related).every((rows) => rows === 0) ? (
            <Empty>{movingOf(plan) === 0 ? 'Nobody would move, so no row would go along.' : 'None.'}</Empty>
          ) : (
            <Counted of={plan.related} name="Table" words={tableWords} />
          )}
        </Card>
      </div>
      {plan.warnings.length > 0 && (
        <Card title="Warnings">
          <ul className="checks">
            {plan.warnings.map(({ code, object, message, hint }) => (
              <li key={`${code} ${object}`}>
                <Tag tone="warning">{code.replaceAll('_', ' ')}</Tag> {message}. <span className="faint">{hint}</span>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  )
}

function noteOf(plan: Plan): string {
  if (movingOf(plan) === 0) return 'nobody is due now'
  return plan.expectedMs === null ? 'no run to tell the time from yet' : `in about ${duration(plan.expectedMs)}`
}

const OPTIONS = [
  { name: 'A', related: 'archive', words: 'related rows go along' },
  { name: 'B', related: 'keep', words: 'related rows stay behind' },
  { name: 'C', related: 'block', words: 'any related row keeps the customer' },
] as const

function Options() {
  const { policy } = usePlace()
  const [looks, setLooks] = useState(false)
  const plans = [
    usePlan({ policy, related: 'archive' }, looks),
    usePlan({ policy, related: 'keep' }, looks),
    usePlan({ policy, related: 'block' }, looks),
  ]
  const problem = plans.find(({ error }) => error !== null)?.error ?? null
  const cell = (at: number, pick: (plan: Plan) => string): string => {
    const data = plans[at]?.data
    if (data === undefined) return looks ? '…' : '–'
    return data.refusals.length > 0 ? 'refused' : pick(data)
  }
  const compare = (
    <Button variant="default" loading={plans.some(({ isFetching }) => isFetching)} onClick={() => setLooks(true)}>
      Compare
    </Button>
  )
  return (
    <Card title="Options for related rows, side by side" action={compare}>
      {problem !== null && <ProblemView error={problem} />}
      <Rows
        label="Options A, B and C"
        rows={OPTIONS.map((option, at) => ({ ...option, at }))}
        keyOf={({ name }) => name}
        columns={[
          { name: 'Option', cell: ({ name, related }) => <strong>{`${name} · related: ${related}`}</strong> },
          { name: 'What it does', cell: ({ words }) => words },
          { name: 'Would move', cell: ({ at }) => cell(at, (plan) => count(movingOf(plan))), number: true },
          { name: 'Related rows', cell: ({ at }) => cell(at, ({ related }) => count(sum(related))), number: true },
        ]}
      />
    </Card>
  )
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, each) => all + each, 0)

/** The number that is tried stands in the address, so that the figure can be sent to somebody. */
function Impact() {
  const { policy } = usePlace()
  const [search, setSearch] = useSearchParams()
  const asked = Number(search.get('days'))
  const days = Number.isInteger(asked) && asked >= 1 && asked <= 36_500 ? asked : null
  const [typed, setTyped] = useState<number | null>(days)
  const now = usePlan({ policy })
  const then = usePlan(days === null ? { policy } : { policy, days }, days !== null)
  return (
    <Card title="Another age: its impact">
      <form
        className="actions"
        onSubmit={(event) => {
          event.preventDefault()
          if (typed !== null)
            setSearch((old) => {
              old.set('days', String(typed))
              return old
            })
        }}
      >
        <NumberInput
          size="xs"
          aria-label="Days"
          placeholder="days"
          min={1}
          max={36_500}
          allowDecimal={false}
          value={typed ?? ''}
          onChange={(value) => setTyped(typeof value === 'number' ? value : null)}
        />
        <Button type="submit" variant="default">
          Count
        </Button>
      </form>
      {days === null ? (
        <Empty>
          Try a number of days: nothing is changed by it. The policy itself is changed in the configuration.
        </Empty>
      ) : (
        <Shown of={then} what="every customer">
          {(plan) => (
            <p role="status">
              With {plural(days, 'day')}, {count(plan.candidates)} are old enough,{' '}
              {count(plan.candidates - plan.eligible)} of them kept, and {plural(movingOf(plan), 'customer')} would move
              {now.data !== undefined && `, ${differenceOf(movingOf(plan) - movingOf(now.data))} now`}
              {plan.needsConfirmation !== null && `; a run would ask for the number ${plan.needsConfirmation}`}.
            </p>
          )}
        </Shown>
      )}
    </Card>
  )
}

const differenceOf = (difference: number): string =>
  difference === 0 ? 'the same as' : `${count(Math.abs(difference))} ${difference > 0 ? 'more' : 'fewer'} than`

function Document() {
  const { policy } = usePlace()
  const policies = usePolicies()
  return (
    <Card title="The policy as it is obeyed">
      <Shown of={policies} what="the policy">
        {(data) => {
          const version = data.policies.find((each) => each.policy.name === policy)
          if (version === undefined) return <Empty>There is no such policy.</Empty>
          return (
            <div className="stack">
              <Facts
                of={[
                  [
                    'Version',
                    <span key="hash" className="mono">
                      {version.hash}
                    </span>,
                  ],
                ]}
              />
              <details>
                <summary>Every field</summary>
                <pre className="mono scroll">{JSON.stringify(version.policy, null, 2)}</pre>
              </details>
            </div>
          )
        }}
      </Shown>
    </Card>
  )
}
