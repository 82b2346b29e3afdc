/** A customer's masked values, in clear for who says why; gone again with the page. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useReveal } from '../api/changes.ts'
import type { Customer } from '../api/contract.ts'
import { useMay } from '../api/session.ts'
import { Ask } from '../parts/ask.tsx'
import { usePlace } from '../shell/place.tsx'
import { Contacts } from './customers.tsx'

export function Reveal({ of: customer }: Readonly<{ of: Customer }>) {
  const { policy } = usePlace()
  const [asks, setAsks] = useState(false)
  const reveal = useReveal(policy, customer.key)
  const mayReveal = useMay('reveal')
  const { contacts } = reveal.data ?? customer
  const hasMore = mayReveal && reveal.data === undefined && customer.contacts.length > 0
  return (
    <>
      <Contacts of={{ contacts }} />
      {hasMore && (
        <Button variant="default" size="compact-xs" onClick={() => setAsks(true)}>
          Reveal …
        </Button>
      )}
      {asks && (
        <Ask
          title={`Reveal what is masked of customer ${customer.key}`}
          verb="Reveal"
          reason
          busy={reveal.isPending}
          error={reveal.error}
          onClose={() => setAsks(false)}
          onConfirm={(reason) => reveal.mutate({ reason }, { onSuccess: () => setAsks(false) })}
        >
          <p>That you have seen it, and why, is written down. The values are not.</p>
        </Ask>
      )}
    </>
  )
}
