import { RegionInfo } from 'aws-cdk-lib/region-info';
import { partitionOf } from '../../src/private/partition-of';

describe('partitionOf', () => {
  test("agrees with the CDK's own table for every Region that it knows", () => {
    const regions = RegionInfo.regions.filter(({ partition }) => partition !== undefined);
    expect(regions.length).toBeGreaterThan(30);
    expect(regions.map(({ name }) => [name, partitionOf(name)])).toEqual(regions.map(({ name, partition }) => [name, partition]));
  });

  test('knows each partition by a Region', () => {
    expect(['us-east-1', 'cn-north-1', 'us-gov-west-1', 'us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'us-isof-south-1', 'eusc-de-east-1'].map(partitionOf))
      .toEqual(['aws', 'aws-cn', 'aws-us-gov', 'aws-iso', 'aws-iso-b', 'aws-iso-e', 'aws-iso-f', 'aws-eusc']);
  });
});
