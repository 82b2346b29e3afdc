/** Audit & reports: who changed what and who was refused, whether the chain is whole, and figures to take away. */
import { Button, TextInput } from '@mantine/core'
import { useSearchParams } from 'wouter'
import { isOfCheckpoint } from '../../../src/core/audit.ts'
import type { AuditEntry } from '../api/contract.ts'
import { isForbidden } from '../api/problem.ts'
import { useAudit, useAuditVerification, useStatistics } from '../api/reads.ts'
import { Card } from '../parts/card.tsx'
import { Tag } from '../parts/note.tsx'
import { type Column, Rows, Take } from '../parts/rows.tsx'
import { Empty, ProblemView, Shown } from '../parts/states.tsx'
import { usePlace } from '../shell/place.tsx'
import { count, plural, type Times } from '../words.ts'

export function AuditPage() {
  const audit = useAudit()
  return (
    <>
      <h1>Audit &amp; reports</h1>
      {isForbidden(audit.error) ? (
        <Card title="Audit log">{audit.error !== null && <ProblemView error={audit.error} />}</Card>
      ) : (
        <>
          <Chain />
          <Entries audit={audit} />
        </>
      )}
      <Reports />
    </>
  )
}

function Chain() {
  const { data, error, isFetching, refetch } = useAuditVerification()
  const verify = (
    <Button variant="default" loading={isFetching} onClick={() => void refetch()}>
      Verify the chain
    </Button>
  )
  return (
    <Card title="Is it as it was written?" action={verify}>
      {error !== null && <ProblemView error={error} />}
      {data === undefined && error === null && (
        <Empty>Each entry carries the hash of the one before: what was edited, removed or inserted shows.</Empty>
      )}
      {data !== undefined && (
        <div className="stack" role="status">
          <p>
            <Tag tone={data.status === 'clean' ? 'good' : 'bad'}>
              {data.status === 'clean' ? 'The chain is whole' : 'The chain is broken'}
            </Tag>{' '}
            {count(data.entries)} entries, head <span className="mono">{data.head.slice(0, 16)}</span>
          </p>
          {data.checkpoint !== null && (
            <p>
              It begins at checkpoint {data.checkpoint.id}: {plural(data.checkpoint.last, 'entry', 'entries')} before it
              were pruned, signed under the key {data.checkpoint.keyId}.
            </p>
          )}
          {data.faults.map(({ id, kind }) => (
            <p key={`${id} ${kind}`}>
              {isOfCheckpoint(kind) ? 'Checkpoint' : 'Entry'} {id}: {kind.replaceAll('_', ' ')}
            </p>
          ))}
          <p className="faint small">Note the head elsewhere: only so a cut end shows.</p>
        </div>
      )}
    </Card>
  )
}

const FILTERS = ['action', 'actor', 'object'] as const

function Entries({ audit }: Readonly<{ audit: ReturnType<typeof useAudit> }>) {
  const { times } = usePlace()
  const [search, setSearch] = useSearchParams()
  const matches = (entry: AuditEntry) =>
    FILTERS.every((name) => entry[name].toLowerCase().includes((search.get(name) ?? '').toLowerCase()))
  return (
    <>
      <div className="actions">
        {FILTERS.map((name) => (
          <TextInput
            key={name}
            size="xs"
            label={`Filter by ${name}`}
            value={search.get(name) ?? ''}
            onChange={(event) => {
              const { value } = event.currentTarget
              setSearch(
                (old) => {
                  if (value === '') old.delete(name)
                  else old.set(name, value)
                  return old
                },
                { replace: true },
              )
            }}
          />
        ))}
      </div>
      <Shown of={audit} what="the audit log">
        {({ pages }) => {
          const shown = pages.flatMap(({ entries }) => entries).filter(matches)
          return (
            <Card
              title={`Audit log: ${count(shown.length)} shown (${times.zone})`}
              action={<Take name="audit" rows={shown} />}
            >
              {shown.length === 0 ? (
                <Empty>No entry is like that among those that were read. Read older ones, or filter less.</Empty>
              ) : (
                <Rows label="Audit log" rows={shown} keyOf={({ id }) => id} columns={columnsOf(times)} />
              )}
              {audit.hasNextPage && (
                <Button variant="default" loading={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
                  Older entries
                </Button>
              )}
            </Card>
          )
        }}
      </Shown>
    </>
  )
}

const columnsOf = (times: Times): readonly Column<AuditEntry>[] => [
  { name: 'Entry', cell: ({ id }) => id },
  { name: 'When', cell: ({ at }) => times.short(at), line: true },
  { name: 'Who', cell: ({ actor, role }) => (role === null ? actor : `${actor} (${role})`) },
  { name: 'What', cell: ({ action }) => action, line: true },
  { name: 'Object', cell: ({ object }) => object, line: true },
  { name: 'Reason', cell: ({ reason }) => reason ?? '', words: true },
  { name: 'Outcome', cell: ({ outcome }) => <Tag tone={outcome === 'done' ? 'good' : 'warning'}>{outcome}</Tag> },
  { name: 'Hash', cell: ({ hash }) => <span className="mono">{hash.slice(0, 8)}</span> },
]

function Reports() {
  const { policy } = usePlace()
  const year = useStatistics(policy, 365)
  return (
    <Card title="Reports">
      <Shown of={year} what="a year of days">
        {({ days, probes }) => (
          <div className="stack">
            <div className="head">
              <span>Every day of the last year: runs, archived, failed, restored</span>
              <Take name="days" rows={days} />
            </div>
            <div className="head">
              <span>Probe timings</span>
              <Take name="probes" rows={probes} />
            </div>
            <p className="faint small">CSV opens safely in a spreadsheet: nothing in it is taken for a formula.</p>
          </div>
        )}
      </Shown>
    </Card>
  )
}
