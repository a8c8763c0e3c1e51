using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Stillpoint.Hypervisor.Interop;

/// <summary>
/// The one thread per process on which libvirt delivers events. It must be registered before the first connection is opened, else that
/// connection never delivers any.
/// </summary>
internal static unsafe class EventLoop
{
    private static readonly Lock Gate = new();
    private static bool s_running;

    public static void EnsureRunning()
    {
        lock (Gate)
        {
            if (s_running) return;
            // Without a handler libvirt prints every failed call on stderr.
            NativeMethods.virSetErrorFunc(0, &Silence);
            Check.Result(NativeMethods.virInitialize(), "virInitialize");
            Check.Result(NativeMethods.virEventRegisterDefaultImpl(), "virEventRegisterDefaultImpl");
            new Thread(Run) { IsBackground = true, Name = "libvirt events" }.Start();
            s_running = true;
        }
    }

    private static void Run()
    {
        using var pause = new ManualResetEventSlim();
        // A failing poll must not become a busy loop.
        while (true)
        {
            if (NativeMethods.virEventRunDefaultImpl() < 0) pause.Wait(100);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Silence(nint userData, nint error)
    {
    }
}
