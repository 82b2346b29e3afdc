/** Bringing one customer home: first what would come, and what stands in the way; then a reason and a button. */
import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { usePreviewRestore, type useRestore } from '../api/changes.ts'
import type { Customer, RestorePreview, RestoreResult } from '../api/contract.ts'
import { usePolicies } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Ask } from '../parts/ask.tsx'
import { Note } from '../parts/note.tsx'
import { ProblemView, Waiting } from '../parts/states.tsx'
import { usePlace } from '../shell/place.tsx'
import { plural, tableWords } from '../words.ts'

type RestoreProps = Readonly<{ customer: Customer; restore: ReturnType<typeof useRestore> }>

export function Restore({ customer, restore }: RestoreProps) {
  const { policy } = usePlace()
  const [asks, setAsks] = useState(false)
  const mayRestore = useMay('restore')
  const preview = usePreviewRestore()
  const selection = { by: 'keys', keys: [customer.key] } satisfies { by: 'keys'; keys: string[] }
  if (customer.tier !== 'archive') return null
  if (!mayRestore) return <span className="faint small">An operator brings him home; your role looks.</span>
  return (
    <>
      <Button
        onClick={() => {
          restore.reset()
          preview.mutate({ policy, selection })
          setAsks(true)
        }}
      >
        Restore …
      </Button>
      {asks && preview.data === undefined && (
        <Ask
          title="Restore"
          verb="Restore"
          busy
          error={null}
          onClose={() => setAsks(false)}
          onConfirm={() => undefined}
        >
          {preview.error === null ? <Waiting what="what would come home" /> : <ProblemView error={preview.error} />}
        </Ask>
      )}
      {asks && preview.data !== undefined && (
        <Confirm
          customer={customer.key}
          preview={preview.data}
          busy={restore.isPending}
          error={restore.error}
          onClose={() => setAsks(false)}
          onConfirm={(reason, keepUntil) =>
            restore.mutate(
              { policy, selection, reason, ...(keepUntil === null ? {} : { keepUntil }) },
              { onSuccess: () => setAsks(false) },
            )
          }
        />
      )}
    </>
  )
}

/** What came of it, for as long as one stays on the page. */
export function Restored({ of: result }: Readonly<{ of: RestoreResult | undefined }>) {
  const { times } = usePlace()
  if (result === undefined || result.restored === 0) return null
  return (
    <Note tone="good" title={`Restored; not eligible before ${times.at(result.keepUntil)}`} role="status">
      {plural(relatedRows(result), 'related row')} came home with him, under their old keys.
    </Note>
  )
}

const relatedRows = ({ related }: Pick<RestorePreview, 'related'>): number =>
  Object.values(related).reduce((sum, rows) => sum + rows, 0)

type ConfirmProps = Readonly<{
  customer: string
  preview: RestorePreview
  busy: boolean
  error: Error | null
  onClose: () => void
  onConfirm: (reason: string, keepUntil: string | null) => void
}>

function Confirm({ customer, preview, busy, error, onClose, onConfirm }: ConfirmProps) {
  const [until, setUntil] = useState('')
  const days = useKeepDays()
  if (preview.conflicts.length > 0) return <Conflicts of={preview} onClose={onClose} />
  return (
    <Ask
      title={`Restore customer ${customer}`}
      verb="Restore"
      reason
      more={
        <TextInput
          type="date"
          label="Keep until"
          description={`Until then no run takes him again. Empty: ${days === null ? 'the policy’s own time' : plural(days, 'day')} from now`}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      }
      busy={busy}
      error={error}
      onClose={onClose}
      onConfirm={(reason) => onConfirm(reason, until === '' ? null : new Date(`${until}T00:00`).toISOString())}
    >
      <div className="stack">
        <p>
          {plural(relatedRows(preview) + preview.subjects, 'row')} in {plural(tablesOf(preview), 'table')} would come
          home; no conflict. Original keys, nothing is overwritten.
        </p>
        <p className="faint small">
          {Object.entries(preview.related)
            .filter(([, rows]) => rows > 0)
            .map(([table, rows]) => `${tableWords(table)} ${rows}`)
            .join(' · ')}
        </p>
      </div>
    </Ask>
  )
}

/** How long the policy keeps whoever came home; null before it is read. */
function useKeepDays(): number | null {
  const { policy } = usePlace()
  const days = usePolicies().data?.policies.find((each) => each.policy.name === policy)?.policy['keepUntilDays']
  return typeof days === 'number' ? days : null
}

const tablesOf = ({ related, subjects }: RestorePreview): number =>
  Object.values(related).filter((rows) => rows > 0).length + (subjects > 0 ? 1 : 0)

const Conflicts = ({ of: { conflicts }, onClose }: Readonly<{ of: RestorePreview; onClose: () => void }>) => (
  <Ask
    title="He cannot come home yet"
    verb="Understood"
    tells
    busy={false}
    error={null}
    onClose={onClose}
    onConfirm={onClose}
  >
    <div className="stack">
      <p>Nothing is ever overwritten, so this has to be settled first:</p>
      <ul>
        {conflicts.map(({ table, kind, constraint, hint }) => (
          <li key={`${table} ${kind} ${constraint}`}>
            <strong>{kind.replaceAll('_', ' ')}</strong> in {tableWords(table)} ({constraint}). {hint}
          </li>
        ))}
      </ul>
    </div>
  </Ask>
)
