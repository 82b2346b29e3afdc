/** Requests to be erased: recorded, with the day when they are due, and closed where they are not carried out. */
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCloseRequest, useRequestErasure } from '../api/changes.ts'
import type { CloseBody, ErasureRequest } from '../api/contract.ts'
import { useErasureRequests } from '../api/reads.ts'
import { Ask } from '../parts/ask.tsx'
import { Card } from '../parts/card.tsx'
import { Note, Tag } from '../parts/note.tsx'
import { type Column, Rows, Take } from '../parts/rows.tsx'
import { Empty, ProblemView, Shown } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { count, instantOf, type Times } from '../words.ts'

export function ErasureRequestsCard({ all }: Readonly<{ all: boolean }>) {
  const { policy, times } = usePlace()
  const path = usePath()
  const requests = useErasureRequests(policy, all)
  return (
    <Shown of={requests} what="the requests to be erased">
      {({ requests: shown }) => (
        <Card
          title={`Requests to be erased: ${count(shown.length)} (${times.zone})`}
          action={<Take name="erasure-requests" rows={shown} />}
        >
          <div className="stack">
            <NewRequest />
            {shown.length === 0 ? (
              <Empty>{all ? 'Nobody ever asked' : 'Nobody waits'} to be erased.</Empty>
            ) : (
              <Rows
                label="Requests to be erased"
                rows={shown}
                keyOf={({ id }) => id}
                columns={columnsOf(times, path)}
              />
            )}
          </div>
        </Card>
      )}
    </Shown>
  )
}

const EMPTY = { key: '', caseNumber: '', reason: '' }

function NewRequest() {
  const { policy, times } = usePlace()
  const [words, setWords] = useState(EMPTY)
  const request = useRequestErasure()
  const field = (name: keyof typeof EMPTY, label: string, most: number) => (
    <TextInput
      size="xs"
      aria-label={label}
      placeholder={label}
      maxLength={most}
      value={words[name]}
      onChange={({ currentTarget: { value } }) => setWords((old) => ({ ...old, [name]: value }))}
    />
  )
  const isComplete = Object.values(words).every((word) => word.trim() !== '')
  return (
    <>
      <form
        className="actions"
        onSubmit={(event) => {
          event.preventDefault()
          if (isComplete) request.mutate({ policy, ...words }, { onSuccess: () => setWords(EMPTY) })
        }}
      >
        {field('key', 'Key of the customer', 1000)}
        {field('caseNumber', 'Case number', 60)}
        {field('reason', 'How he asked', 500)}
        <Button type="submit" variant="default" disabled={!isComplete} loading={request.isPending}>
          Record a request
        </Button>
      </form>
      {request.error !== null && <ProblemView error={request.error} />}
      {request.data !== undefined && (
        <Note
          tone="good"
          title={`Case ${request.data.caseNumber} is due ${times.at(request.data.dueAt)}`}
          role="status"
        />
      )}
    </>
  )
}

const OUTCOMES: Readonly<Record<CloseBody['outcome'], string>> = {
  withdrawn: 'He withdrew it',
  refused: 'A law asks that the data be kept',
}

function CloseRequest({ of: { caseNumber } }: Readonly<{ of: ErasureRequest }>) {
  const { policy } = usePlace()
  const [asks, setAsks] = useState(false)
  const [outcome, setOutcome] = useState<CloseBody['outcome']>('withdrawn')
  const close = useCloseRequest()
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={() => setAsks(true)}>
        Close …
      </Button>
      {asks && (
        <Ask
          title={`Close case ${caseNumber} without an erasure`}
          verb="Close"
          reason
          busy={close.isPending}
          error={close.error}
          onClose={() => setAsks(false)}
          onConfirm={(reason) =>
            close.mutate({ policy, caseNumber, outcome, reason }, { onSuccess: () => setAsks(false) })
          }
        >
          <NativeSelect
            label="Because"
            value={outcome}
            data={[
              { value: 'withdrawn', label: OUTCOMES.withdrawn },
              { value: 'refused', label: OUTCOMES.refused },
            ]}
            onChange={({ currentTarget: { value } }) => setOutcome(value === 'refused' ? 'refused' : 'withdrawn')}
          />
        </Ask>
      )}
    </>
  )
}

const WEEK_MS = 7 * 86_400_000

function Due({ of: { dueAt, isOverdue, closedAt } }: Readonly<{ of: ErasureRequest }>) {
  const { times } = usePlace()
  if (isOverdue) return <Tag tone="bad">overdue since {times.short(dueAt)}</Tag>
  if (closedAt === null && instantOf(dueAt) - Date.now() < WEEK_MS)
    return <Tag tone="warning">{times.short(dueAt)}</Tag>
  return times.short(dueAt)
}

const columnsOf = (times: Times, path: (to: string) => string): readonly Column<ErasureRequest>[] => [
  { name: 'Case', cell: ({ caseNumber }) => caseNumber },
  {
    name: 'Customer',
    cell: ({ key, outcome }) =>
      outcome === 'erased' ? '–' : <Link href={path(`/customers/${encodeURIComponent(key)}`)}>{key}</Link>,
  },
  { name: 'Due', cell: (request) => <Due of={request} /> },
  { name: 'Asked', cell: ({ requestedAt, actor }) => `${times.short(requestedAt)}, recorded by ${actor}` },
  { name: 'Reason', cell: ({ reason }) => reason, words: true },
  {
    name: 'Closed',
    cell: (request) =>
      request.closedAt === null ? (
        <CloseRequest of={request} />
      ) : (
        `${request.outcome}, ${times.short(request.closedAt)} by ${request.closedBy}`
      ),
  },
]
