/** Starting a run: the plan is shown first; above the guard its number is asked for. */
import { Button, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useStartRun } from '../api/changes.ts'
import type { Plan } from '../api/contract.ts'
import { usePlan } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Ask } from '../parts/ask.tsx'
import { ProblemView, Waiting } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { count, plural } from '../words.ts'

export function StartRun() {
  const [kind, setKind] = useState<'dry' | 'live' | null>(null)
  const { policy } = usePlace()
  const path = usePath()
  const mayRun = useMay('run')
  const [, navigate] = useLocation()
  const start = useStartRun()
  if (!mayRun) return <span className="faint small">Your role looks; an operator starts runs.</span>
  const go = (body: Readonly<{ dryRun: boolean; confirm?: number; maxRows?: number }>) =>
    start.mutate({ policy, ...body }, { onSuccess: ({ run }) => navigate(path(`/runs/${run}`)) })
  return (
    <>
      <Button
        variant="default"
        loading={kind === 'dry' && start.isPending}
        onClick={() => {
          setKind('dry')
          go({ dryRun: true })
        }}
      >
        Dry run
      </Button>
      <Button
        onClick={() => {
          start.reset()
          setKind('live')
        }}
      >
        Start a run …
      </Button>
      {kind === 'dry' && start.error !== null && <ProblemView error={start.error} />}
      {kind === 'live' && (
        <LiveRun busy={start.isPending} error={start.error} onClose={() => setKind(null)} onStart={go} />
      )}
    </>
  )
}

type LiveProps = Readonly<{
  busy: boolean
  error: Error | null
  onClose: () => void
  onStart: (body: Readonly<{ dryRun: false; confirm?: number; maxRows?: number }>) => void
}>

function LiveRun({ busy, error, onClose, onStart }: LiveProps) {
  const { policy } = usePlace()
  const plan = usePlan({ policy })
  const [limit, setLimit] = useState<number | null>(null)
  if (plan.data === undefined)
    return (
      <Ask title="Start a run" verb="Start" busy error={null} onClose={onClose} onConfirm={() => undefined}>
        {plan.error === null ? <Waiting what="the plan" /> : <ProblemView error={plan.error} />}
      </Ask>
    )
  if (movingOf(plan.data, null) === 0) return <NothingToMove of={plan.data} onClose={onClose} />
  const moving = movingOf(plan.data, limit)
  const confirm = moving > plan.data.active * plan.data.guard ? moving : null
  return (
    <Ask
      title="Start a run"
      verb={`Archive ${plural(moving, 'customer')}`}
      number={confirm}
      busy={busy}
      error={error}
      onClose={onClose}
      onConfirm={() =>
        onStart({
          dryRun: false,
          ...(confirm === null ? {} : { confirm }),
          ...(limit === null ? {} : { maxRows: limit }),
        })
      }
    >
      <div className="stack">
        <p>
          {plural(moving, 'customer')} of {plural(plan.data.active, 'active one')} would move to the archive, with their
          related rows, batch by batch. It can be paused, stopped and undone.
        </p>
        {confirm !== null && <p>That is more than the guard lets pass unasked, so the number is asked for.</p>}
        <Refusals of={plan.data} />
        <NumberInput
          label="At the most"
          description="Empty: all that are eligible"
          min={1}
          allowDecimal={false}
          value={limit ?? ''}
          onChange={(value) => setLimit(typeof value === 'number' ? value : null)}
        />
      </div>
    </Ask>
  )
}

/** A button that archives nobody would only be wondered at. */
function NothingToMove({ of: plan, onClose }: Readonly<{ of: Plan; onClose: () => void }>) {
  const path = usePath()
  return (
    <Ask title="Nobody would move" verb="Close" busy={false} error={null} onClose={onClose} onConfirm={onClose} tells>
      <div className="stack">
        <Refusals of={plan} />
        <p>
          Of {plural(plan.active, 'active customer')}, {count(plan.active - plan.candidates)} are too young,{' '}
          {count(plan.candidates - plan.eligible)} are old enough and kept, {count(plan.quarantined)} wait in
          quarantine.
        </p>
        <p>
          <Link href={path('/policy')}>Plan &amp; policy</Link> says which rule keeps whom.
        </p>
      </div>
    </Ask>
  )
}

const Refusals = ({ of: { refusals } }: Readonly<{ of: Plan }>) =>
  refusals.map(({ code, object, message, hint }) => (
    <p key={`${code} ${object}`}>
      Refused: {message}. {hint}
    </p>
  ))

const movingOf = ({ eligible, quarantined }: Plan, limit: number | null): number =>
  Math.min(eligible - quarantined, limit ?? Number.POSITIVE_INFINITY)
