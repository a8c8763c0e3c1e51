using System.Runtime.InteropServices;

namespace Stillpoint.Hypervisor.Interop;

/// <summary>libvirt's last error of a thread. The words are for people; decisions are made by code and domain.</summary>
/// <param name="Errno">For system errors; else meaningless.</param>
internal sealed record NativeError(int Code, int Domain, string Message, int Errno = 0)
{
    /// <summary>Must run on the thread of the call that failed, before any other call on it.</summary>
    public static unsafe NativeError Last()
    {
        var error = NativeMethods.virGetLastError();
        return error is null
            ? new(0, 0, "no error recorded")
            : new(error->Code, error->Domain, Marshal.PtrToStringUTF8(error->Message) ?? "", error->Int1);
    }
}

/// <summary>A libvirt call said no. Never leaves this project: <see cref="NativeCall"/> makes a <c>FailureException</c> of it.</summary>
internal sealed class LibvirtException(string call, NativeError error) : Exception($"{call}: {error.Message}")
{
    public string Call { get; } = call;

    public NativeError Error { get; } = error;

    public int Code => Error.Code;
}

internal static class Check
{
    /// <summary>For calls that return a negative number when they fail.</summary>
    public static int Result(int result, string call) => result >= 0 ? result : throw new LibvirtException(call, NativeError.Last());

    public static T Handle<T>(T handle, string call) where T : SafeHandle =>
        handle.IsInvalid ? throw new LibvirtException(call, NativeError.Last()) : handle;

    public static string Text(nint text, string call) =>
        text == 0 ? throw new LibvirtException(call, NativeError.Last()) : NativeText.Take(text);
}
