/**
 * Where a webhook may go: to public addresses only, or to hosts that the configuration allows by name. A name is
 * resolved once, every address of it is looked at, and the connection goes to the very address that was: a name that
 * answers otherwise a moment later gains nothing.
 */
import { lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { DeliveryProblem } from './channel.ts'

/** All addresses of a name; a test gives its own. */
export type Resolve = (host: string) => Promise<readonly Readonly<{ address: string; family: number }>[]>

export const systemResolve: Resolve = (host) =>
  new Promise((done, failed) => {
    resolve(host, { all: true }, (error, addresses) => (error === null ? done(addresses) : failed(error)))
  })

/** IANA's registries of special addresses: this host, private, shared, loopback, link-local, tests, multicast, reserved. */
const SPECIAL_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const

/** Global unicast is 2000::/3; what lies outside it is special, and so are the parts of it that embed other addresses. */
const SPECIAL_V6 = [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const

// Two lists: in one, the rules for IPv6 would be held against IPv4 addresses as well, in their mapped form.
const [v4, v6] = [new BlockList(), new BlockList()]
for (const [net, prefix] of SPECIAL_V4) v4.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of SPECIAL_V6) v6.addSubnet(net, prefix, 'ipv6')

/** An address that no public service has. IPv6 that carries an IPv4 address within (::ffff:10.0.0.1) is special always. */
export const isSpecial = (address: string): boolean => {
  switch (isIP(address)) {
    case 4:
      return v4.check(address, 'ipv4')
    case 6:
      return v6.check(address, 'ipv6')
    default:
      return true
  }
}

/** Throws `address_refused` for a literal address that is special; names are looked at when they are resolved. */
export function checkTarget(url: URL, allow: readonly string[]): void {
  const host = bareHost(url)
  if (allow.includes(host)) return
  if (url.protocol !== 'https:') throw new DeliveryProblem('not_https')
  if (isIP(host) !== 0 && isSpecial(host)) throw new DeliveryProblem('address_refused')
}

/** Without the brackets of an IPv6 literal. */
const bareHost = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1')

/** For node's request: gives only addresses that were looked at; one special among them refuses the name. */
export const checkedLookup =
  (allow: readonly string[], resolveAll: Resolve): LookupFunction =>
  (host, options, callback) => {
    resolveAll(host).then(
      (found) => {
        const isRefused = !allow.includes(host) && found.some(({ address }) => isSpecial(address))
        const [first] = found
        if (isRefused || first === undefined) callback(new DeliveryProblem('address_refused'), '', 0)
        else if (options.all) callback(null, [...found])
        else callback(null, first.address, first.family)
      },
      (cause: unknown) => callback(new DeliveryProblem('name_unknown', { cause }), '', 0),
    )
  }
