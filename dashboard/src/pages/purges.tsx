/** Purges: one person plans, another types the number and carries it out, and the certificate says what came of it. */
import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import { isSamePerson } from '../../../src/core/cold/purge.ts'
import { usePlanPurge, useRunPurge } from '../api/changes.ts'
import type { Purge, Retention } from '../api/contract.ts'
import { usePurges } from '../api/reads.ts'
import { useSession } from '../api/session.ts'
import { saveAs } from '../csv.ts'
import { Ask } from '../parts/ask.tsx'
import { Card, Facts } from '../parts/card.tsx'
import { Tag } from '../parts/note.tsx'
import { type Column, Rows, Take } from '../parts/rows.tsx'
import { Empty, Shown } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { count, plural, type Times } from '../words.ts'

const STATES = {
  planned: { word: 'waits for a second person', tone: 'warning' },
  running: { word: 'goes on', tone: 'plain' },
  done: { word: 'done', tone: 'good' },
} as const

export function PurgesCard({ of }: Readonly<{ of: Retention }>) {
  const { policy, times } = usePlace()
  const purges = usePurges(policy, true)
  return (
    <Shown of={purges} what="the purges">
      {({ purges: shown, next }) => (
        <Card
          title={`Purges: ${count(shown.length)}${next === null ? '' : ' newest'} (${times.zone})`}
          action={<Take name="purges" rows={shown} />}
        >
          <div className="stack">
            <PlanPurge of={of} />
            {shown.length === 0 ? (
              <Empty>No purge was ever planned.</Empty>
            ) : (
              <Rows label="Purges" rows={shown} keyOf={({ id }) => id} columns={columnsOf(times, of)} />
            )}
          </div>
        </Card>
      )}
    </Shown>
  )
}

function PlanPurge({ of: { basis, due, held } }: Readonly<{ of: Retention }>) {
  const { policy } = usePlace()
  const plan = usePlanPurge(policy)
  const [asks, setAsks] = useState(false)
  if (basis === null) return <Empty>Off: no legal basis is recorded.</Empty>
  if (due === 0) return <Empty>Nobody in cold files is past the retention{held > 0 && ' who is not held'}.</Empty>
  return (
    <div className="head">
      <span>{plural(due, 'customer')} may be purged.</span>
      <Button variant="default" onClick={() => setAsks(true)}>
        Plan a purge …
      </Button>
      {asks && (
        <Ask
          title="Plan a purge"
          verb={`List ${plural(due, 'customer')}`}
          reason
          busy={plan.isPending}
          error={plan.error}
          onClose={() => setAsks(false)}
          onConfirm={(reason) => plan.mutate({ reason }, { onSuccess: () => setAsks(false) })}
        >
          <p>It lists who is past the retention, and destroys nothing. Somebody else than you carries it out.</p>
        </Ask>
      )}
    </div>
  )
}

function Act({ purge, of }: Readonly<{ purge: Purge; of: Retention }>) {
  const { data: who } = useSession()
  if (purge.state === 'done') return <Certificate of={purge} />
  if (who !== undefined && isSamePerson(who.name, purge.plannedBy))
    return <span className="faint">You planned it: somebody else carries it out.</span>
  return of.basis === null || !of.coldFiles ? null : <CarryOut purge={purge} />
}

function CarryOut({ purge: { id, families, basis, state, plannedBy } }: Readonly<{ purge: Purge }>) {
  const { policy } = usePlace()
  const run = useRunPurge(policy)
  const [asks, setAsks] = useState(false)
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={() => setAsks(true)}>
        {state === 'running' ? 'Go on …' : 'Carry out …'}
      </Button>
      {asks && (
        <Ask
          title={`Carry out purge ${id}`}
          verb="Destroy them in the archive"
          number={families}
          busy={run.isPending}
          error={run.error}
          onClose={() => setAsks(false)}
          onConfirm={() => run.mutate({ id, confirm: families }, { onSuccess: () => setAsks(false) })}
        >
          <p>
            {plannedBy} has listed {plural(families, 'customer')} on “{basis}”. With your word their rows in the archive
            are destroyed, where they are still those of the cold files. Who is held or was changed stays. Their cold
            files stay.
          </p>
        </Ask>
      )}
    </>
  )
}

function Certificate({ of: { id, certificate, certificateSha256, plannedBy, carriedOutBy } }: Readonly<{ of: Purge }>) {
  const [opened, setOpened] = useState(false)
  if (certificate === null) return null
  const hash = <span className="mono">{certificateSha256}</span>
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={() => setOpened(true)}>
        Certificate …
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={`Certificate of purge ${id}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <div className="stack">
          <Facts
            of={[
              ['Planned by', plannedBy],
              ['Carried out by', carriedOutBy],
              ...outcomesOf(certificate).map(([what, families]) => [what, plural(families, 'customer')] as const),
              ['SHA-256', hash],
            ]}
          />
          <p className="faint">The audit log has the same hash, so that nobody exchanges one for another.</p>
          <div className="actions">
            <Button
              variant="default"
              onClick={() => saveAs(`purge-${id}-certificate.json`, certificate, 'application/json')}
            >
              Save it
            </Button>
          </div>
        </div>
      </Modal>
    </>
  )
}

const OUTCOMES: Readonly<Record<string, string>> = {
  purged: 'Purged',
  held: 'Stayed: on hold',
  changed: 'Stayed: changed since the export',
  locked: 'Stayed: in use',
  gone: 'Not there any more',
}

/** What became of the families on the list, as the certificate's text has it. */
function outcomesOf(certificate: string): readonly (readonly [string, number])[] {
  const { outcomes = {} }: Readonly<{ outcomes?: Readonly<Record<string, Readonly<{ families: number }>>> }> =
    JSON.parse(certificate)
  return Object.entries(outcomes).map(([outcome, { families }]) => [OUTCOMES[outcome] ?? outcome, families])
}

const columnsOf = (times: Times, of: Retention): readonly Column<Purge>[] => [
  { name: 'Purge', cell: ({ id }) => id },
  {
    name: 'State',
    cell: ({ state }) => <Tag tone={STATES[state].tone}>{STATES[state].word}</Tag>,
  },
  { name: 'Customers', number: true, cell: ({ families }) => count(families) },
  { name: 'Reason', cell: ({ reason }) => reason, words: true },
  { name: 'Planned', cell: ({ plannedAt, plannedBy }) => `${times.short(plannedAt)} by ${plannedBy}` },
  { name: 'Carried out by', cell: ({ carriedOutBy }) => carriedOutBy ?? '–' },
  { name: 'Run', cell: ({ run }) => <RunLink run={run} /> },
  { name: 'Next', cell: (purge) => <Act purge={purge} of={of} /> },
]

function RunLink({ run }: Readonly<{ run: number | null }>) {
  const path = usePath()
  return run === null ? '–' : <Link href={path(`/runs/${run}`)}>#{run}</Link>
}
