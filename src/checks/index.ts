import { apiRemoved } from './api-removed.ts';
import { archDefaulted } from './arch-defaulted.ts';
import { archIgnored } from './arch-ignored.ts';
import { baseNewerThanRelease } from './base-newer-than-release.ts';
import { baseOfAnotherRelease } from './base-of-another-release.ts';
import { buildByHand } from './build-by-hand.ts';
import type { Check } from './check.ts';
import { containerfileNearlyFull } from './containerfile-nearly-full.ts';
import { controllerOwned } from './controller-owned.ts';
import { credentialsInText } from './credentials-in-text.ts';
import { dockerJson } from './docker-json.ts';
import { extensionAsLayer } from './extension-as-layer.ts';
import { finalStage } from './final-stage.ts';
import { gpgcheckOff } from './gpgcheck-off.ts';
import { headersOfAnotherKernel } from './headers-of-another-kernel.ts';
import { hotfixExpired } from './hotfix-expired.ts';
import { hotfixInBase } from './hotfix-in-base.ts';
import { hotfixWithoutEnd } from './hotfix-without-end.ts';
import { ignitionVersion } from './ignition-version.ts';
import { imageIgnored } from './image-ignored.ts';
import { kernelType } from './kernel-type.ts';
import { latestRpm } from './latest-rpm.ts';
import { layersOrder } from './layers-order.ts';
import { localCopy } from './local-copy.ts';
import { mountValue } from './mount-value.ts';
import { nameNotPool } from './name-not-pool.ts';
import { nameSortsEarly } from './name-sorts-early.ts';
import { nameTooLong } from './name-too-long.ts';
import { namespaceGiven } from './namespace-given.ts';
import { noCommit } from './no-commit.ts';
import { osImageByTag } from './os-image-by-tag.ts';
import { osImageInvalid } from './os-image-invalid.ts';
import { osImageStream } from './os-image-stream.ts';
import { osImageTwice } from './os-image-twice.ts';
import { pinnedImageMissing } from './pinned-image-missing.ts';
import { plainHttp } from './plain-http.ts';
import { poolSelects } from './pool-selects.ts';
import { preBuiltImage } from './pre-built-image.ts';
import { pushSpecUnusable } from './push-spec-unusable.ts';
import { pushToMirror } from './push-to-mirror.ts';
import { realtimeAsLayer } from './realtime-as-layer.ts';
import { rebuildAnnotation } from './rebuild-annotation.ts';
import { repositoryKept } from './repository-kept.ts';
import { repositoryLost } from './repository-lost.ts';
import { roleMissing } from './role-missing.ts';
import { rpmOfAnotherEl } from './rpm-of-another-el.ts';
import { rpmWithoutSum } from './rpm-without-sum.ts';
import { severalConfigs } from './several-configs.ts';
import { unknownExtension } from './unknown-extension.ts';
import { unknownInstruction } from './unknown-instruction.ts';
import { updateDoesNothing } from './update-does-nothing.ts';

/** Every check there is. A new one is its file and its line here: the rest is derived. */
export const CHECKS: readonly Check[] = [
  apiRemoved,
  archDefaulted,
  archIgnored,
  baseNewerThanRelease,
  baseOfAnotherRelease,
  buildByHand,
  containerfileNearlyFull,
  controllerOwned,
  credentialsInText,
  dockerJson,
  extensionAsLayer,
  finalStage,
  gpgcheckOff,
  headersOfAnotherKernel,
  hotfixExpired,
  hotfixInBase,
  hotfixWithoutEnd,
  ignitionVersion,
  imageIgnored,
  kernelType,
  latestRpm,
  layersOrder,
  localCopy,
  mountValue,
  nameNotPool,
  nameSortsEarly,
  nameTooLong,
  namespaceGiven,
  noCommit,
  osImageByTag,
  osImageInvalid,
  osImageStream,
  osImageTwice,
  pinnedImageMissing,
  plainHttp,
  poolSelects,
  preBuiltImage,
  pushSpecUnusable,
  pushToMirror,
  realtimeAsLayer,
  rebuildAnnotation,
  repositoryKept,
  repositoryLost,
  roleMissing,
  rpmOfAnotherEl,
  rpmWithoutSum,
  severalConfigs,
  unknownExtension,
  unknownInstruction,
  updateDoesNothing,
];
