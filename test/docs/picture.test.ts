import { readFileSync } from 'fs';
import { draw, PICTURE } from './picture';

describe('the picture of a central registry', () => {
  test('is the one of the sample: draw it with npx projen pictures', () => {
    expect(readFileSync(PICTURE, 'utf8')).toBe(draw());
  });

  test('shows everyone that the sample admits', () => {
    const picture = draw();
    for (const name of ['everyone in o-abcd123456', 'unit ou-ab12-22222222', 'Lambda functions of 222222222222', 'role payments-ci', 'account 222222222222', 'everybody else: nothing']) {
      expect(picture.match(new RegExp(`>${name}<`, 'g'))).toHaveLength(1);
    }
  });
});
