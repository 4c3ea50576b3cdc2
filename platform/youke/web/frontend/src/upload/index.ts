export function mountUploads(): void {}
