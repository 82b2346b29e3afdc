/** What can be asked of a run: pause, go on, stop at the end of its batch; afterwards, to be undone. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useControlRun, useUndoRun } from '../api/changes.ts'
import type { Run } from '../api/contract.ts'
import { useMay } from '../api/session.ts'
import { Ask } from '../parts/ask.tsx'
import { Note } from '../parts/note.tsx'
import { ProblemView } from '../parts/states.tsx'
import { usePlace } from '../shell/place.tsx'
import { count, plural } from '../words.ts'

export const RunControls = ({ run }: Readonly<{ run: Run }>) =>
  run.endedAt === null ? <Going run={run} /> : <Undo run={run} />

function Going({ run }: Readonly<{ run: Run }>) {
  const { policy } = usePlace()
  const control = useControlRun(policy, run.run)
  const [stops, setStops] = useState(false)
  const mayRun = useMay('run')
  if (!mayRun) return null
  const isPaused = run.status === 'paused' || run.asked?.what === 'pause'
  return (
    <>
      <Button
        variant="default"
        loading={control.isPending}
        onClick={() => control.mutate(isPaused ? 'resume' : 'pause')}
      >
        {isPaused ? '▶ Resume' : '‖ Pause'}
      </Button>
      <Button onClick={() => setStops(true)}>■ Stop safely …</Button>
      {control.error !== null && !stops && <ProblemView error={control.error} />}
      {stops && (
        <Ask
          title={`Stop run ${run.run}`}
          verb="Stop safely"
          busy={control.isPending}
          error={control.error}
          onClose={() => setStops(false)}
          onConfirm={() => control.mutate('stop', { onSuccess: () => setStops(false) })}
        >
          <p>
            It ends with the batch that is open. The {count(run.archived)} that moved stay archived; the rest stays
            active, and the next run takes them. Nothing is rolled back.
          </p>
        </Ask>
      )}
    </>
  )
}

function Undo({ run }: Readonly<{ run: Run }>) {
  const { policy } = usePlace()
  const undo = useUndoRun(policy, run.run)
  const [asks, setAsks] = useState(false)
  const mayRestore = useMay('restore')
  if (undo.data !== undefined)
    return (
      <Note
        tone={undo.data.conflicts.length > 0 ? 'warning' : 'good'}
        title={`${plural(undo.data.restored, 'customer')} came home`}
        role="status"
      >
        {undo.data.conflicts.length > 0 && `${plural(undo.data.conflicts.length, 'conflict')}: these stay archived.`}
      </Note>
    )
  if (!mayRestore || run.operation !== 'archive' || run.archived === 0) return null
  return (
    <>
      <Button variant="default" onClick={() => setAsks(true)}>
        ↩ Undo this run …
      </Button>
      {asks && (
        <Ask
          title={`Undo run ${run.run}`}
          verb="Bring them home"
          reason
          number={run.archived}
          busy={undo.isPending}
          error={undo.error}
          onClose={() => setAsks(false)}
          onConfirm={(reason) => undo.mutate({ reason })}
        >
          <p>
            Everyone whom it archived and who is still in the archive comes home with all related rows:{' '}
            {plural(run.archived, 'customer')} at the most. Nothing is overwritten: who cannot come stays, and is named.
            The restored are kept for the policy’s time.
          </p>
        </Ask>
      )}
    </>
  )
}
