using Stillpoint.Vault;

namespace Stillpoint.Control.Workers;

/// <summary>A vault by its place and what opens it. A backup's worker opens it and nobody else: a folder that does not answer then costs the worker alone.</summary>
/// <param name="Secret">Must live as long as the job.</param>
/// <param name="KnownPaths">Where each known vault was last worked in: two folders with one vault are told apart from one that was moved.</param>
public sealed record VaultAccess(string Path, VaultSecret Secret, IReadOnlyDictionary<Guid, string>? KnownPaths = null);
