/** Customers: found by whatever they say on the phone. What was typed is in the history of this window, not in an address. */
import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import type { Customer, Customers } from '../api/contract.ts'
import { useSearch } from '../api/reads.ts'
import { Tag } from '../parts/note.tsx'
import { Empty, Shown } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { plural, ruleWords, type Times } from '../words.ts'

const searchedIn = (state: unknown): string =>
  state !== null && typeof state === 'object' && 'text' in state && typeof state.text === 'string' ? state.text : ''

export function CustomersPage() {
  const text = searchedIn(useHistoryState())
  return (
    <>
      <h1>Customers</h1>
      <SearchForm key={text} text={text} />
      {text === '' ? (
        <Empty>
          Search by phone number in any form (082 555 0142, +27 82 555 0142), policy number, e-mail or id; active and
          archived customers are found alike.
        </Empty>
      ) : (
        <Found text={text} />
      )}
    </>
  )
}

function SearchForm({ text: before }: Readonly<{ text: string }>) {
  const [text, setText] = useState(before)
  const [, navigate] = useLocation()
  const path = usePath()
  return (
    <form
      className="actions"
      onSubmit={(event) => {
        event.preventDefault()
        navigate(path('/customers'), { state: { text: text.trim() }, replace: before === text.trim() })
      }}
    >
      <TextInput
        className="find"
        aria-label="Phone, policy number, e-mail or id"
        placeholder="phone, policy number, e-mail or id"
        autoComplete="off"
        autoFocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" size="sm">
        Search
      </Button>
    </form>
  )
}

function Found({ text }: Readonly<{ text: string }>) {
  const { policy } = usePlace()
  const found = useSearch(policy, text)
  return (
    <Shown of={found} what="active and archived customers">
      {({ customers }) => (
        <>
          <p role="status">{wordsOf(customers)}</p>
          {customers.map((customer) => (
            <Hit key={`${customer.tier} ${customer.key}`} of={customer} />
          ))}
        </>
      )}
    </Shown>
  )
}

function wordsOf(customers: Customers['customers']): string {
  const people = customers.filter(({ tier }) => tier !== 'none')
  if (people.length === 0)
    return customers.length > 0
      ? 'Nobody is there now; only the journal remembers this key.'
      : 'Nobody is found by this, neither active nor archived. Try another number of his, or his policy number.'
  const archived = people.filter(({ tier }) => tier === 'archive').length
  return `${plural(people.length, 'customer')}: ${archived} archived, ${people.length - archived} active.`
}

function Hit({ of: customer }: Readonly<{ of: Customer }>) {
  const { times } = usePlace()
  const path = usePath()
  return (
    <section className="card" aria-label={`Customer ${customer.key}`}>
      <div className="head">
        <Link href={path(`/customers/${encodeURIComponent(customer.key)}`)}>
          <strong>Customer {customer.key}</strong>
        </Link>
        <TierTag of={customer} times={times} />
        <Contacts of={customer} />
      </div>
    </section>
  )
}

export const Contacts = ({ of: { contacts } }: Readonly<{ of: Pick<Customer, 'contacts'> }>) => (
  <span className="faint">{contacts.map(({ column, value }) => `${ruleWords(column)} ${value}`).join(' · ')}</span>
)

export function TierTag({ of: { tier, archived, cold, kept }, times }: Readonly<{ of: Customer; times: Times }>) {
  if (tier === 'archive')
    return (
      <Tag tone="warning" mark="▣">
        archived {times.day(archived?.archivedAt)}
      </Tag>
    )
  if (tier === 'cold')
    return (
      <Tag tone="warning" mark="▧">
        in cold files, purged {times.day(cold?.purgedAt)}
      </Tag>
    )
  if (tier === 'none')
    return (
      <Tag tone="plain" mark="○">
        not there
      </Tag>
    )
  return (
    <Tag tone="good" mark="●">
      active{kept.length > 0 ? `, kept by ${kept.map(ruleWords).join(', ')}` : ''}
    </Tag>
  )
}
