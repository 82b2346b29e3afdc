/** One customer: where he is, why, what went with him, what was decided about him; and bringing him home. */
import { Link } from 'wouter'
import { useRestore } from '../api/changes.ts'
import type { Customer } from '../api/contract.ts'
import { useCustomer, useRuns, useWhy } from '../api/reads.ts'
import { Card, Facts } from '../parts/card.tsx'
import { Empty, Shown } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { ruleWords, type Times, tableWords, withTimes } from '../words.ts'
import { CustomerHolds } from './customer-holds.tsx'
import { TierTag } from './customers.tsx'
import { Restore, Restored } from './restore.tsx'
import { Reveal } from './reveal.tsx'
import { Counted } from './run.tsx'
import { timelineOf } from './timeline.ts'

export function CustomerPage({ customer }: Readonly<{ customer: string }>) {
  const { policy } = usePlace()
  const found = useCustomer(policy, customer)
  return (
    <Shown of={found} what={`customer ${customer}`}>
      {(data) => <OneCustomer of={data} />}
    </Shown>
  )
}

function OneCustomer({ of: customer }: Readonly<{ of: Customer }>) {
  const { times } = usePlace()
  const path = usePath()
  const restore = useRestore()
  return (
    <>
      <div className="head">
        <h1>Customer {customer.key}</h1>
        <TierTag of={customer} times={times} />
        <Reveal of={customer} />
        <div className="actions">
          <Restore customer={customer} restore={restore} />
        </div>
      </div>
      <Restored of={restore.data} />
      <div className="grid wide">
        <WhyCard of={customer} />
        <Card title="With him">
          {customer.tier === 'cold' ? (
            <Empty>
              His rows are in cold files: <code>mothball restore --from-cold</code> brings them back.
            </Empty>
          ) : customer.archived === null ? (
            <Empty>He is active, and so are his related rows.</Empty>
          ) : Object.values(customer.archived.related).every((rows) => rows === 0) ? (
            <Empty>No related row went along.</Empty>
          ) : (
            <Counted of={customer.archived.related} name="Table" words={tableWords} filled />
          )}
        </Card>
        <CustomerHolds of={customer} />
        <Card title={`Timeline (${times.zone})`}>
          <Timeline of={customer} />
        </Card>
      </div>
      <Link href={path('/customers')}>Search for another</Link>
    </>
  )
}

const WHY_TITLES: Readonly<Record<Customer['tier'], string>> = {
  active: 'Why he is here',
  archive: 'Why he is archived',
  cold: 'Why he is in cold files',
  none: 'What is known of him',
}

function WhyCard({ of: customer }: Readonly<{ of: Customer }>) {
  const { policy, times } = usePlace()
  const why = useWhy(policy, customer.key)
  return (
    <Card title={WHY_TITLES[customer.tier]}>
      <Shown of={why} what="the reasons">
        {({ because }) => (
          <div className="stack">
            <ul className="checks">
              {because.map((reason) => (
                <li key={reason}>{withTimes(reason, times)}</li>
              ))}
            </ul>
            <Facts of={factsOf(customer, times)} />
          </div>
        )}
      </Shown>
    </Card>
  )
}

function factsOf({ active, keepUntil }: Customer, times: Times): readonly (readonly [string, string])[] {
  return [
    ...(active === null
      ? []
      : ([
          ['Created', times.at(active.age)],
          ['Old enough from', times.at(active.oldEnoughAt)],
          ['Rules that hold', active.evidence.map(({ rule }) => ruleWords(rule)).join(', ') || 'none'],
        ] as const)),
    ...(keepUntil === null ? [] : ([['Kept until', times.at(keepUntil.until)]] as const)),
  ]
}

function Timeline({ of: customer }: Readonly<{ of: Customer }>) {
  const { policy, times } = usePlace()
  const path = usePath()
  const runs = useRuns(policy)
  const events = timelineOf(
    customer,
    (runs.data?.pages ?? []).flatMap((page) => page.runs),
  )
  if (events.length === 0) return <Empty>The journal knows nothing of him yet.</Empty>
  return (
    <ol className="timeline">
      {events.map(({ at, text, run }) => (
        <li key={`${at} ${text}`}>
          {at !== null && <strong>{times.short(at)} </strong>}
          {text}
          {run !== null && (
            <>
              {' '}
              <Link href={path(`/runs/${run}`)}>run {run}</Link>
            </>
          )}
        </li>
      ))}
    </ol>
  )
}
