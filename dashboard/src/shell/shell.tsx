/** What stands around every page: where one is, the search, the pages, who one is, and help. */
import { Button, Kbd, Menu, Modal, NativeSelect, TextInput, useMantineColorScheme } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { DATABASE, ENTRANCE } from '../api/request.ts'
import { useSession, useSignOut } from '../api/session.ts'
import { Boundary } from '../parts/boundary.tsx'
import { usePath, usePlace } from './place.tsx'

const PAGES = [
  { path: '/', name: 'Overview', key: 'o' },
  { path: '/runs', name: 'Runs', key: 'r' },
  { path: '/customers', name: 'Customers', key: 'c' },
  { path: '/policy', name: 'Plan & policy', key: 'p' },
  { path: '/compliance', name: 'Compliance', key: 'l' },
  { path: '/audit', name: 'Audit & reports', key: 'a' },
  { path: '/settings', name: 'Settings', key: 's' },
] as const

export function Shell({ children }: Readonly<{ children: ReactNode }>) {
  const [location, navigate] = useLocation()
  const path = usePath()
  const [helps, setHelps] = useState(false)
  const main = useRef<HTMLElement>(null)
  useHotkeys([
    ['/', () => document.getElementById('find')?.focus()],
    ['shift+?', () => setHelps(true)],
    ...PAGES.map(({ key, path: to }): [string, () => void] => [`alt+shift+${key}`, () => navigate(path(to))]),
  ])
  const first = useRef(true)
  useEffect(() => {
    if (!first.current) main.current?.focus()
    first.current = false
    document.title = `${PAGES.findLast((page) => isWithin(location, page.path))?.name ?? 'Mothball'} · Mothball`
  }, [location])
  return (
    <>
      <a href="#main" className="skip">
        Skip to the page
      </a>
      <header className="top">
        <TopBar onHelp={() => setHelps(true)} />
        <nav className="nav" aria-label="Pages">
          {PAGES.map((page) => (
            <Link
              key={page.path}
              href={path(page.path)}
              aria-current={isWithin(location, page.path) ? 'page' : undefined}
            >
              {page.name}
            </Link>
          ))}
        </nav>
      </header>
      <main className="page" id="main" tabIndex={-1} ref={main}>
        <Boundary key={location}>{children}</Boundary>
      </main>
      {helps && <Help onClose={() => setHelps(false)} />}
    </>
  )
}

const isWithin = (location: string, page: string): boolean =>
  page === '/' ? location === '/' : location === page || location.startsWith(`${page}/`)

function TopBar({ onHelp }: Readonly<{ onHelp: () => void }>) {
  const { environment, policy, policies, setPolicy, times, zones, setZone } = usePlace()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const isDark =
    colorScheme === 'dark' || (colorScheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  return (
    <div className="bar">
      <Link href="/" className="brand">
        Mothball
      </Link>
      {environment !== null && (
        <span className="environment" data-production={/prod/i.test(environment)}>
          {environment}
        </span>
      )}
      {DATABASE !== null && (
        <a href={ENTRANCE} className="environment" aria-label={`Database ${DATABASE}: choose another`}>
          {decodeURIComponent(DATABASE)}
        </a>
      )}
      {policies.length > 1 && (
        <NativeSelect
          aria-label="Policy"
          size="xs"
          value={policy}
          data={[...policies]}
          onChange={(event) => setPolicy(event.currentTarget.value)}
        />
      )}
      <Search />
      <NativeSelect
        aria-label="Time zone"
        size="xs"
        value={times.zone}
        data={[...zones]}
        onChange={(event) => setZone(event.currentTarget.value)}
      />
      <Button variant="default" onClick={() => setColorScheme(isDark ? 'light' : 'dark')}>
        {isDark ? '☀ Light' : '☾ Dark'}
      </Button>
      <Button variant="default" onClick={onHelp} aria-label="Help">
        ?
      </Button>
      <WhoAmI />
    </div>
  )
}

/** What is typed stays out of the address: it may be somebody's number. */
function Search() {
  const [text, setText] = useState('')
  const [, navigate] = useLocation()
  const path = usePath()
  return (
    <form
      className="find"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') navigate(path('/customers'), { state: { text: text.trim() } })
        setText('')
      }}
    >
      <TextInput
        id="find"
        size="xs"
        type="search"
        aria-label="Search customers"
        placeholder="phone, policy number, e-mail, id ( / )"
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </form>
  )
}

function WhoAmI() {
  const { data } = useSession()
  const signOut = useSignOut()
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default">
          {data?.name} · {data?.role} ▾
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => signOut.mutate()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

const Help = ({ onClose }: Readonly<{ onClose: () => void }>) => (
  <Modal opened onClose={onClose} title="Keyboard and help" closeButtonProps={{ 'aria-label': 'Close' }}>
    <div className="stack">
      <p>
        <Kbd>/</Kbd> search customers · <Kbd>?</Kbd> this help · <Kbd>Esc</Kbd> close
      </p>
      <ul>
        {PAGES.map(({ key, name }) => (
          <li key={key}>
            <Kbd>Alt</Kbd> + <Kbd>Shift</Kbd> + <Kbd>{key.toUpperCase()}</Kbd> {name}
          </li>
        ))}
      </ul>
      <p>
        Every page has its address, filters included: send it to somebody. Numbers and e-mail addresses never stand in
        it. Times are in the zone at the top of the page.
      </p>
    </div>
  </Modal>
)
