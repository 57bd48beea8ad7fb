/** How a registry's refusal reads, by the library that buildah, podman and skopeo share. */
export const REFUSED: readonly RegExp[] = [
  /\bunauthorized\b|authentication required|authentication is required/i,
  /\bdenied: |access to the resource is denied|permission_denied|insufficient_scope/i,
  /invalid username\/password|unable to retrieve auth token/i,
  /\b40[13] \((?:Unauthorized|Forbidden)\)|status(?: code)?:? 40[13]\b|\b40[13] (?:Unauthorized|Forbidden)/i,
];
