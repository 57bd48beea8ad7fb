import { downloads, urlOf } from './downloads.ts';
import type { FailureKind } from './failure.ts';

/** Where RHEL's packages come from. */
export function isRedHat(url: string | undefined): boolean {
  return /^https:\/\/cdn(?:-ubi)?\.redhat\.com[/:]/.test(url ?? '');
}

export const entitlementRefused: FailureKind = {
  code: 'entitlement-refused',
  phases: ['step'],
  isTransient: false,
  patterns: [
    ...downloads('401|403'),
    /Curl error \(58\): .*? for (?<url>\S+)(?<certificate>)/,
    /^curl: \(58\) (?<certificate>)/,
    /(?<certificate>)(?:tlsv1|sslv3|tlsv13)? ?alert (?:certificate (?:expired|required|revoked|unknown)|bad certificate|unknown ca)/,
    /(?<unregistered>)This system is not registered (?:with an entitlement server|to Red Hat)/,
  ],
  explain(match, { isEntitled }) {
    const { certificate, unregistered } = match.groups!;
    const url = urlOf(match);
    // A client's certificate may be a vendor's, too.
    if (unregistered === undefined && !isRedHat(url) && !(certificate !== undefined && isEntitled))
      return undefined;
    const where = url ?? 'a repository of Red Hat';
    return isEntitled
      ? {
          what: `${where} did not take the entitlement: it has expired, or does not cover this repository`,
          hint: 'Look at it: `openssl x509 -enddate -noout -in <certificate>.pem`. Get a new one: `subscription-manager refresh` on a subscribed host, or `oc -n openshift-config-managed extract secret/etc-pki-entitlement --to=<folder>`, then --entitlement <folder>.',
        }
      : {
          what: `${where} needs a RHEL entitlement, and the layer has none`,
          hint: 'Add the step `entitlement: {}`, and build on a subscribed host or by --entitlement <folder>.',
        };
  },
};
