/** The specification's checklists by phase: who verified or approved what, when, and for which version of the policy. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { PHASES } from '../../../src/core/sign-off.ts'
import { useGiveSignOff, useWithdrawSignOff } from '../api/changes.ts'
import type { SignOff, SignOffs } from '../api/contract.ts'
import { useSignOffs } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Ask } from '../parts/ask.tsx'
import { Card } from '../parts/card.tsx'
import { Tag } from '../parts/note.tsx'
import { Shown } from '../parts/states.tsx'
import { usePlace } from '../shell/place.tsx'

type Item = SignOffs['items'][number]

export function SignOffsCard() {
  const { policy } = usePlace()
  const signOffs = useSignOffs(policy)
  const [asks, setAsks] = useState<Item | null>(null)
  const [ends, setEnds] = useState<SignOff | null>(null)
  return (
    <Card title="Sign-offs">
      <Shown of={signOffs} what="the sign-offs">
        {(data) => (
          <div className="stack">
            <p className="faint">{summaryOf(data)}</p>
            <div className="grid wide">
              {Object.entries(PHASES).map(([phase, title]) => (
                <section key={phase} aria-label={title}>
                  <h3>{title}</h3>
                  <ul className="checks">
                    {data.items
                      .filter((item) => item.phase === phase)
                      .map((item) => (
                        <OneItem key={item.item} item={item} of={data} onSign={setAsks} onWithdraw={setEnds} />
                      ))}
                  </ul>
                </section>
              ))}
            </div>
          </div>
        )}
      </Shown>
      {asks !== null && <Give item={asks} onClose={() => setAsks(null)} />}
      {ends !== null && <Withdraw signed={ends} onClose={() => setEnds(null)} />}
    </Card>
  )
}

function summaryOf({ items, signOffs }: SignOffs): string {
  const signed = items.filter(({ item }) => signOffs.some((each) => each.item === item)).length
  return `${signed} of ${items.length} signed off. What the journal saw by itself stands under Rollout on the overview.`
}

type ItemProps = Readonly<{
  item: Item
  of: SignOffs
  onSign: (item: Item) => void
  onWithdraw: (signed: SignOff) => void
}>

function OneItem({ item, of: { signOffs, hash }, onSign, onWithdraw }: ItemProps) {
  const maySign = useMay('sign')
  const standing = signOffs.filter((each) => each.item === item.item)
  return (
    <li>
      <Tag tone={standing.length > 0 ? 'good' : 'plain'} mark={standing.length > 0 ? '✓' : '○'}>
        {standing.length > 0 ? 'signed' : 'open'}
      </Tag>
      {item.title}{' '}
      {maySign && (
        <Button size="compact-xs" variant="default" aria-label={`Sign off: ${item.title}`} onClick={() => onSign(item)}>
          Sign …
        </Button>
      )}
      {standing.map((each) => (
        <OneSignOff key={each.id} of={each} isOld={each.hash !== hash} onWithdraw={maySign ? onWithdraw : null} />
      ))}
    </li>
  )
}

type OneProps = Readonly<{ of: SignOff; isOld: boolean; onWithdraw: ((signed: SignOff) => void) | null }>

function OneSignOff({ of: signed, isOld, onWithdraw }: OneProps) {
  const { times } = usePlace()
  return (
    <p className="signed">
      <strong>{signed.signedBy}</strong>
      {signed.role !== null && ` (${signed.role})`}, {times.at(signed.signedAt)}: {signed.note}{' '}
      {isOld && <Tag tone="warning">for version {signed.hash}; the policy has changed</Tag>}
      {onWithdraw !== null && (
        <button
          type="button"
          className="link"
          aria-label={`Withdraw sign-off ${signed.id}`}
          onClick={() => onWithdraw(signed)}
        >
          withdraw
        </button>
      )}
    </p>
  )
}

function Give({ item, onClose }: Readonly<{ item: Item; onClose: () => void }>) {
  const { policy } = usePlace()
  const give = useGiveSignOff()
  return (
    <Ask
      title={`Sign off: ${item.title}`}
      verb="Sign off"
      reason="What was found"
      busy={give.isPending}
      error={give.error}
      onClose={onClose}
      onConfirm={(note) => give.mutate({ policy, item: item.item, note }, { onSuccess: onClose })}
    >
      <p>Say what you looked at and found. Your name, the time and the policy’s version are written beside it.</p>
    </Ask>
  )
}

function Withdraw({ signed, onClose }: Readonly<{ signed: SignOff; onClose: () => void }>) {
  const { policy } = usePlace()
  const withdraw = useWithdrawSignOff(policy)
  return (
    <Ask
      title={`Withdraw ${signed.signedBy}’s sign-off`}
      verb="Withdraw"
      reason
      busy={withdraw.isPending}
      error={withdraw.error}
      onClose={onClose}
      onConfirm={(reason) => withdraw.mutate({ id: signed.id, reason }, { onSuccess: onClose })}
    >
      <p>It stays in the journal and in the audit log, with your reason.</p>
    </Ask>
  )
}
