import { Field } from '../../../src/field';
import { historyUntil } from '../../../src/history';
import { exportNetwork } from '../../../src/lstm/export/export-network';
import { kerasFile } from '../../../src/lstm/export/keras-file';
import { onnxFile } from '../../../src/lstm/export/onnx-file';
import { marketWithFeatures, smallSettings, watchedFit } from '../../backtest/fixtures/small-field';

describe('the network of a forecaster for others', () => {
  let field: Field;
  beforeAll(async () => {
    const { fit } = await watchedFit();
    field = new Field([historyUntil(marketWithFeatures(620, 1), 559)], { ...smallSettings(fit), seed: 1 });
  });

  it.each(['lstm', 'blend'] as const)('is that of %s, with the shapes of what goes in and out', async (name) => {
    const { files, network } = await field.fitStorable(name);
    if (!network) throw new Error(`${name} has no network`);
    const { shape, weights } = network;
    const exported = await exportNetwork({ ...files, 'model-card.md': Buffer.from('# A card') });
    expect(exported).toEqual({
      onnx: onnxFile(shape, weights),
      keras: kerasFile(shape, weights),
      inputs: [5, 2],
      outputs: [5, 30],
    });
  });

  it('is none where the forecaster has none', async () => {
    const { files } = await field.fitStorable('har-fhs');
    expect(await exportNetwork(files)).toBeUndefined();
  });

  it('is refused where the files are not whole', async () => {
    const { 'weights.bin': _, ...files } = (await field.fitStorable('blend')).files;
    await expect(exportNetwork(files)).rejects.toMatchObject({ reason: 'corrupt-model' });
  });
});
