/** Names a file for what an app found, where `layers` runs the app and wants to know. */
export const FINDINGS = 'LAYERS_FINDINGS';
