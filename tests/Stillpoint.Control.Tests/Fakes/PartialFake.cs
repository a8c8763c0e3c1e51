using System.Reflection;

namespace Stillpoint.Control.Tests.Fakes;

/// <summary>An interface of which a test needs few members: those given answer, any other fails the test that met it.</summary>
public class PartialFake : DispatchProxy
{
    private Dictionary<string, Func<object?[], object?>> _members = [];

    public static T Of<T>(params (string Name, Func<object?[], object?> Answer)[] members) where T : class
    {
        var proxy = Create<T, PartialFake>();
        ((PartialFake)(object)proxy)._members = members.ToDictionary(m => m.Name, m => m.Answer);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _members.TryGetValue(targetMethod!.Name, out var answer)
            ? answer(args ?? [])
            : throw new InvalidOperationException($"The fake of {targetMethod.DeclaringType!.Name} has no {targetMethod.Name}.");
}
