import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkTarget, isSpecial } from './target.ts'

const SPECIAL = [
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fc00::1',
  'fd12:3456::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:db8::1',
  'not an address',
]

const PUBLIC = ['8.8.8.8', '172.15.0.1', '172.32.0.1', '100.128.0.1', '52.96.1.2', '2606:4700::1111', '2a00:1450::1']

test('addresses that no public service has are told from those that one may have', () => {
  assert.deepEqual(
    SPECIAL.filter((each) => !isSpecial(each)),
    [],
  )
  assert.deepEqual(PUBLIC.filter(isSpecial), [])
})

test('a literal address is looked at in every way of writing it', () => {
  const refused = [
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
  ]
  for (const url of refused) assert.throws(() => checkTarget(new URL(url), []), { code: 'address_refused' }, url)
  assert.doesNotThrow(() => checkTarget(new URL('https://8.8.8.8/'), []))
  assert.doesNotThrow(() => checkTarget(new URL('http://[::1]/'), ['::1']))
})

test('without TLS only hosts that are allowed by name', () => {
  assert.throws(() => checkTarget(new URL('http://hooks.example.com/'), []), { code: 'not_https' })
  assert.doesNotThrow(() => checkTarget(new URL('http://hooks.example.com/'), ['hooks.example.com']))
})
