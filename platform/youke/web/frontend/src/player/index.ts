export function mountPlayers(): void {}
