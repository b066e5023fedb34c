/** Single-file components as tests see them that only name their files; what is in them is checked
 * by vue-tsc. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue';

  const component: DefineComponent;
  export default component;
}
