namespace MediaGateway.EndToEndTests.Browser;

/// <summary>The one place for the command line of the browser.</summary>
internal static class BrowserFlags
{
    /// <summary>The flags of every test, with a profile folder of its own.</summary>
    /// <param name="profileFolder">The profile.</param>
    /// <param name="cameraFile">A Y4M or MJPEG file that the browser's own camera shows; null: the page's scripts are the camera.</param>
    public static IEnumerable<string> All(string profileFolder, string? cameraFile = null)
    {
        if (Environment.IsPrivilegedProcess)
        {
            // Chromium refuses to run as root with its sandbox.
            yield return "--no-sandbox";
        }

        yield return $"--user-data-dir={profileFolder}";
        yield return "--remote-debugging-port=0";
        yield return "--headless=new";
        yield return "--disable-gpu";
        yield return "--disable-quic";
        yield return "--no-first-run";
        yield return "--disable-background-networking";
        yield return "--disable-component-update";
        yield return "--disable-sync";
        // Nothing is throttled for want of a visible window.
        yield return "--disable-background-timer-throttling";
        yield return "--disable-renderer-backgrounding";
        yield return "--disable-backgrounding-occluded-windows";
        yield return "--autoplay-policy=no-user-gesture-required";
        // Devices for the lists of the page; permission as a person gives it.
        yield return "--use-fake-device-for-media-stream";
        yield return "--use-fake-ui-for-media-stream";
        // Without it there is no candidate for 127.0.0.1.
        yield return "--allow-loopback-in-peer-connection";
        if (cameraFile is not null)
        {
            // Such a test is about rates: it leaves the processor to the encoder.
            yield return $"--use-file-for-fake-video-capture={cameraFile}";
            yield return "about:blank";
            yield break;
        }

        // The browser's own trace of the RTP and RTCP packets it sends, before encryption: RtpTrace reads it.
        yield return "--enable-logging=stderr";
        yield return "--vmodule=srtp_session=4";
        yield return "--force-fieldtrials=WebRTC-Debugging-RtpDump/Enabled/";
        yield return "about:blank";
    }
}
