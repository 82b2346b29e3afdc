import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { contactsIn, emailForm, phoneForm, textForm } from './contact.ts'

const kindsOf = (text: string) => contactsIn(text).map(({ kind }) => kind)

describe('phone numbers', () => {
  const ways = [
    '082 555 0142',
    '0825550142',
    '+27 82 555 0142',
    '+27825550142',
    '27825550142',
    '(082) 555-0142',
    '0027 82 555 0142',
    '+27 (0)82 555 0142',
    '082.555.0142',
    '082/555/0142',
    ' 082\u00a0555\u00a00142 ',
    '082\u2013555\u20130142',
  ]
  for (const way of ways)
    test(`${JSON.stringify(way)} is 825550142`, () => {
      assert.equal(phoneForm(way), '825550142')
      assert.ok(kindsOf(way).includes('phone'))
    })

  test('a number is found whatever stands between its digits', () => {
    const digits = fc.stringMatching(/^[0-9]{9}$/)
    const separators = fc.array(fc.constantFrom(' ', '-', '.', '(', ')', '/'), { minLength: 10, maxLength: 10 })
    const prefix = fc.constantFrom('', '0', '27', '+27', '+27 ', '0027')
    fc.assert(
      fc.property(prefix, digits, separators, (before, number, between) => {
        const written = before + [...number].map((digit, at) => digit + between[at]).join('')
        assert.equal(phoneForm(written), number)
        assert.ok(kindsOf(written).includes('phone'))
      }),
    )
  })

  test('a short number keeps all of its digits', () => {
    assert.equal(phoneForm('555-0142'), '5550142')
  })

  test('too few and too many digits are no phone number', () => {
    assert.ok(!kindsOf('555014').includes('phone'))
    assert.ok(!kindsOf('123456789012345678').includes('phone'))
  })

  test('a letter makes it something else', () => {
    assert.deepEqual(kindsOf('NIC-2024-0012345'), ['text'])
  })
})

describe('policy numbers', () => {
  test('case and separators do not matter', () => {
    for (const way of ['NIC-2024-0012345', 'nic 2024 0012345', 'Nic/2024.0012345', 'NIC20240012345'])
      assert.equal(textForm(way), 'NIC20240012345')
  })

  test('a form is its own form', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => textForm(textForm(text)) === textForm(text)))
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => phoneForm(phoneForm(text)) === phoneForm(text)))
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => emailForm(emailForm(text)) === emailForm(text)),
    )
  })
})

describe('e-mail addresses', () => {
  test('case and surrounding spaces do not matter', () => {
    assert.equal(emailForm('  Nomsa.D@Example.CO.ZA '), 'nomsa.d@example.co.za')
    assert.deepEqual(kindsOf(' Nomsa.D@Example.CO.ZA '), ['email'])
  })

  test('an address is never taken for a policy number', () => {
    assert.deepEqual(kindsOf('a@b@c'), [])
    assert.deepEqual(kindsOf('0825550142@example.com'), ['email'])
  })
})

describe('what a text can be', () => {
  test('digits alone may be a phone number and a policy number', () => {
    assert.deepEqual(contactsIn('0825550142'), [
      { kind: 'phone', form: '825550142' },
      { kind: 'text', form: '0825550142' },
    ])
  })

  test('a text without a letter or a digit is nothing to look for', () => {
    for (const text of ['', '   ', '---', '(+)', "';--", '\u0000', '@'])
      assert.deepEqual(contactsIn(text), [], JSON.stringify(text))
  })

  test('no input throws, and no form is empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => contactsIn(text).every(({ form }) => form.length > 0)),
    )
  })
})
