import type { Construct } from 'constructs';
import { MEMBER } from './accounts';
import { Lack } from './without';
import { PrivateNetworkSample } from '../integ/samples/private-network';

/** The sample of a private network without one of its endpoints. */
export function lackingNetwork(scope: Construct, id: string, { construct }: Pick<Lack, 'construct'>): PrivateNetworkSample {
  const sample = new PrivateNetworkSample(scope, id, { env: { account: MEMBER, region: 'us-east-1' } });
  if (!sample.endpoints.node.tryRemoveChild(construct)) { throw new Error(`the sample has no endpoint ${construct}`); }
  return sample;
}
