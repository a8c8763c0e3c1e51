using System.Diagnostics.CodeAnalysis;

namespace Stillpoint.Model;

/// <summary>A VM's UUID as libvirt gives it. It stays when the VM is renamed.</summary>
public readonly record struct VmId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}

/// <summary>A recovery point. Never used twice, for any VM: checkpoints in disk images are named after it.</summary>
public readonly record struct PointId(Ulid Value) : IComparable<PointId>
{
    public static PointId New(TimeProvider clock) => new(Ulid.New(clock));

    public static bool TryParse([NotNullWhen(true)] string? text, out PointId id)
    {
        var ok = Ulid.TryParse(text, out var value);
        id = new(value);
        return ok;
    }

    public int CompareTo(PointId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();
}

public readonly record struct JobId(Ulid Value)
{
    public static JobId New(TimeProvider clock) => new(Ulid.New(clock));

    public override string ToString() => Value.ToString();
}
