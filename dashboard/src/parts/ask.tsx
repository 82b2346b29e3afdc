/**
 * Asking before something happens: what it does, why it is done, and where many are touched their number typed in. The
 * focus is on Cancel; the server's refusal is shown where one asked.
 */
import { Button, Modal, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { ProblemView } from './states.tsx'

type AskProps = Readonly<{
  title: string
  /** On the button that does it. */
  verb: string
  /** Asked for where the journal wants one; a text is its label. */
  reason?: boolean | string
  /** To be typed in before the button works. */
  number?: number | null
  /** There is nothing to decide: one button closes it. */
  tells?: boolean
  /** What may be left as it is, below the reason. */
  more?: ReactNode
  busy: boolean
  error: Error | null
  onClose: () => void
  onConfirm: (reason: string) => void
  children: ReactNode
}>

export function Ask({
  title,
  verb,
  reason = false,
  number = null,
  tells = false,
  more = null,
  busy,
  error,
  onClose,
  onConfirm,
  children,
}: AskProps) {
  const [why, setWhy] = useState('')
  const [typed, setTyped] = useState('')
  const isComplete = (reason === false || why.trim() !== '') && (number === null || typed.trim() === String(number))
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (isComplete && !busy) onConfirm(why.trim())
        }}
      >
        <div>{children}</div>
        {reason !== false && (
          <TextInput
            label={reason === true ? 'Reason' : reason}
            description="For the journal and the audit log; no customer’s data"
            required
            value={why}
            maxLength={500}
            onChange={(event) => setWhy(event.currentTarget.value)}
          />
        )}
        {number !== null && (
          <TextInput
            label={`Type ${number} to confirm`}
            inputMode="numeric"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        {more}
        {error !== null && <ProblemView error={error} />}
        <div className="actions">
          {!tells && (
            <Button variant="default" onClick={onClose} data-autofocus>
              Cancel
            </Button>
          )}
          <Button type="submit" disabled={!isComplete} loading={busy}>
            {verb}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
