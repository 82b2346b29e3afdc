/** The dashboard as one tree: theme, data, who is signed in, and the page that the address names. */
import { MantineProvider } from '@mantine/core'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Route, Router, Switch } from 'wouter'
import { usePathname } from 'wouter/use-browser-location'
import { every } from './api/pace.ts'
import { isSignedOut } from './api/problem.ts'
import { API_BASE } from './api/request.ts'
import { useSession } from './api/session.ts'
import { AuditPage } from './pages/audit.tsx'
import { CompliancePage } from './pages/compliance.tsx'
import { CustomerPage } from './pages/customer.tsx'
import { CustomersPage } from './pages/customers.tsx'
import { OverviewPage } from './pages/overview.tsx'
import { PolicyPage } from './pages/policy.tsx'
import { RunPage } from './pages/run.tsx'
import { RunsPage } from './pages/runs.tsx'
import { SettingsPage } from './pages/settings.tsx'
import { SignInPage } from './pages/sign-in.tsx'
import { Boundary } from './parts/boundary.tsx'
import { Nowhere, ProblemView, Waiting } from './parts/states.tsx'
import { PlaceProvider } from './shell/place.tsx'
import { Shell } from './shell/shell.tsx'
import { RESOLVER, THEME } from './theme.ts'

/** What is down is asked for again for as long as the page is open; everything else at once says what it is. */
const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      if (isSignedOut(error) && queryKey[0] !== 'session') void queries.resetQueries({ queryKey: ['session'] })
    },
  }),
  defaultOptions: {
    queries: {
      retry: false,
      refetchInterval: every(false),
    },
  },
})

const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? ''

export function App() {
  return (
    <MantineProvider
      theme={THEME}
      cssVariablesResolver={RESOLVER}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queries}>
        <Boundary>
          <Router base={`${API_BASE}/dashboard`}>
            <Entrance />
          </Router>
        </Boundary>
      </QueryClientProvider>
    </MantineProvider>
  )
}

function Entrance() {
  const { data, error, refetch } = useSession()
  if (data !== undefined && !isSignedOut(error))
    return (
      <PlaceProvider>
        <Shell>
          <Pages />
        </Shell>
      </PlaceProvider>
    )
  if (error === null) return <Waiting what="the session" />
  if (isSignedOut(error)) return <SignInPage />
  return (
    <main className="lone">
      <ProblemView error={error} onRetry={() => void refetch()} />
    </main>
  )
}

/**
 * The key as it stands in the address: the router has undone some of its escapes already, and undone once more a key
 * with a per cent sign would be another one, or none.
 */
function CustomerOfAddress() {
  const key = decodeURIComponent(usePathname().replace(/\/$/, '').split('/').at(-1) ?? '')
  return <CustomerPage key={key} customer={key} />
}

function Pages() {
  return (
    <Switch>
      <Route path="/" component={OverviewPage} />
      <Route path="/runs" component={RunsPage} />
      <Route path="/runs/:run">{({ run }) => <RunPage key={run} run={Number(run)} />}</Route>
      <Route path="/customers" component={CustomersPage} />
      <Route path="/customers/:key" component={CustomerOfAddress} />
      <Route path="/policy" component={PolicyPage} />
      <Route path="/compliance" component={CompliancePage} />
      <Route path="/audit" component={AuditPage} />
      <Route path="/settings" component={SettingsPage} />
      <Route component={Nowhere} />
    </Switch>
  )
}
