using Stillpoint.Vault;

namespace Stillpoint.Control.Workers;

/// <summary>A vault by its place and what opens it. A backup's worker opens it and nobody else: a folder that does not answer then costs the worker alone.</summary>
public sealed record VaultAccess(string Path, VaultSecret Secret);
