/** A window too narrow for the rail's words, as `AppRail.vue` asks it too. */
export const NARROW = '(width <= 900px)';
