import assert from 'node:assert/strict'
import { test } from 'node:test'
import { masked, maskedUrl, originsOf } from './origin.ts'
import { isProblems, parsePolicy } from './policy-schema.ts'

const WRITTEN = { name: 'orders', subject: 'orders', age: { column: 'a', days: 1 }, batchSize: 5 }

const SECTIONS = [
  { name: 'http', value: { host: 'a', port: 1 }, written: { port: 1 } },
  {
    name: 'notify',
    value: { channels: [{ name: 'ops', url: 'https://secret.example' }], locale: 'en-GB', daily: { at: '07:00' } },
    written: { channels: [], daily: { at: '07:00' } },
  },
]

function origins(url: string | null, urlOrigin: string | null) {
  const policy = parsePolicy(WRITTEN, 'p')
  assert.ok(!isProblems(policy))
  const policies = [{ policy, preset: null, written: WRITTEN, unfolded: WRITTEN }]
  const references = new Map([['policies[0].name', [{ kind: 'file', name: '/n' } as const]]])
  return originsOf({ url, urlOrigin, file: 'c.json', policies, sections: SECTIONS, references })
}

const origin = (field: string) => origins(null, null).find((each) => each.field === field)?.origin

test('a password is masked, in the address and in its parameters', () => {
  assert.equal(maskedUrl('postgresql://u:p@h/d'), 'postgresql://u:***@h/d')
  assert.equal(maskedUrl('postgresql://u@h/d?sslpassword=p&x=1'), 'postgresql://u@h/d?sslpassword=***&x=1')
})

test('fields of fields have origins of their own, a table is one value', () => {
  assert.equal(origin('policies[0].age.days'), 'c.json')
  assert.equal(origin('policies[0].age.unit'), 'default')
  assert.equal(origin('policies[0].timeouts.lockMs'), 'default')
  assert.equal(origin('policies[0].subject'), 'c.json')
  assert.equal(origin('policies[0].name'), 'c.json, file /n')
})

test('a section has its fields, written or by default', () => {
  assert.deepEqual([origin('http.port'), origin('http.host')], ['c.json', 'default'])
})

test('the address comes from the file, from elsewhere, or from nowhere', () => {
  assert.equal(origins('postgresql://h/d', null)[0]?.origin, 'c.json')
  assert.equal(origins('postgresql://h/d', 'flag --database-url')[0]?.origin, 'flag --database-url')
  assert.deepEqual(origins(null, null)[0], { field: 'database.url', value: null, origin: 'nowhere' })
})

test('what channels hold is told without their secrets', () => {
  const all = origins(null, null)
  assert.doesNotMatch(JSON.stringify(all), /secret/)
  assert.equal(all.find(({ field }) => field === 'notify.daily.at')?.origin, 'c.json')
  assert.equal(all.find(({ field }) => field === 'notify.locale')?.origin, 'default')
  assert.deepEqual(masked([{ smtp: { user: 'u', password: 'p', ca: null } }]), [
    { smtp: { user: 'u', password: '***', ca: null } },
  ])
})
