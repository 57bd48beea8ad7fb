import { containerTool } from './container-tool.ts';

export const podman = containerTool('podman');
