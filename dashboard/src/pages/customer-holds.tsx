/** Holds of one customer: set here, released by who may. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useReleaseHold, useSetHold } from '../api/changes.ts'
import type { Customer } from '../api/contract.ts'
import { useMay } from '../api/session.ts'
import { Ask } from '../parts/ask.tsx'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/states.tsx'
import { usePlace } from '../shell/place.tsx'

export function CustomerHolds({ of: { key, holds } }: Readonly<{ of: Customer }>) {
  const { policy, times } = usePlace()
  const [asks, setAsks] = useState(false)
  const hold = useSetHold()
  const mayHold = useMay('hold')
  const set = mayHold && (
    <Button variant="default" onClick={() => setAsks(true)}>
      Hold …
    </Button>
  )
  return (
    <Card title="Holds" action={set}>
      {holds.length === 0 && <Empty>No hold. A hold keeps him where he is until somebody releases it.</Empty>}
      <ul className="checks">
        {holds.map(({ id, reason, setBy, setAt }) => (
          <li key={id}>
            <strong>{reason}</strong>{' '}
            <span className="faint">
              by {setBy}, {times.short(setAt)}
            </span>
            <ReleaseHold id={id} />
          </li>
        ))}
      </ul>
      {asks && (
        <Ask
          title={`Hold customer ${key}`}
          verb="Hold"
          reason
          busy={hold.isPending}
          error={hold.error}
          onClose={() => setAsks(false)}
          onConfirm={(reason) => hold.mutate({ policy, key, reason }, { onSuccess: () => setAsks(false) })}
        >
          <p>No run archives him while the hold is open. Who releases holds is compliance or an admin.</p>
        </Ask>
      )}
    </Card>
  )
}

export function ReleaseHold({ id }: Readonly<{ id: number }>) {
  const { policy } = usePlace()
  const [asks, setAsks] = useState(false)
  const release = useReleaseHold(policy)
  const mayRelease = useMay('release')
  if (!mayRelease) return null
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={() => setAsks(true)}>
        Release …
      </Button>
      {asks && (
        <Ask
          title={`Release hold ${id}`}
          verb="Release"
          reason
          busy={release.isPending}
          error={release.error}
          onClose={() => setAsks(false)}
          onConfirm={(reason) => release.mutate({ id, reason }, { onSuccess: () => setAsks(false) })}
        >
          <p>Where no other hold and no rule keeps him, the next run may archive him.</p>
        </Ask>
      )}
    </>
  )
}
