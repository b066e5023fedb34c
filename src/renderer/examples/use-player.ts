/** Plays one recording at a time, whichever view asked for it. */
import { shallowRef } from 'vue';
import type { RecordingView } from '../../bridge/schemas/library.ts';
import { samplesOf } from './sound.ts';

/** Of what is heard, by who asked for it. */
const heard = shallowRef<symbol>();
let stopHeard = (): void => undefined;
let context: AudioContext | undefined;

export function usePlayer() {
  const own = Symbol('recording');

  function stop(): void {
    if (heard.value === own) stopHeard();
  }

  function play({ rate, samples }: RecordingView): void {
    stopHeard();
    // Browsers let pages make sound only after a person did something, as here.
    const audio = (context ??= new AudioContext());
    void audio.resume();
    const values = samplesOf(samples);
    const buffer = audio.createBuffer(1, Math.max(1, values.length), rate);
    buffer.copyToChannel(values, 0);
    const source = audio.createBufferSource();
    source.buffer = buffer;
    source.connect(audio.destination);
    heard.value = own;
    stopHeard = () => {
      source.onended = null;
      source.stop();
      heard.value = undefined;
      stopHeard = () => undefined;
    };
    source.onended = () => stopHeard();
    source.start();
  }

  return { isHeard: () => heard.value === own, play, stop };
}
