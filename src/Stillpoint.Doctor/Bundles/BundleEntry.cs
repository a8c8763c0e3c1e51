namespace Stillpoint.Doctor.Bundles;

/// <summary>A file of a bundle, to be read while it is the current one.</summary>
/// <param name="Name">As the bundle names it, with forward slashes; only ever shown, never used as a path.</param>
/// <param name="Written">When it was last written; null: not known.</param>
/// <param name="Open">Once. Null: it cannot be read, and <paramref name="Skip"/> says why.</param>
internal sealed record BundleEntry(string Name, DateTimeOffset? Written, Func<Stream>? Open, string? Skip = null);
