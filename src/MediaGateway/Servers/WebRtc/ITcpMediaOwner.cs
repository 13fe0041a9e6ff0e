using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>Who gets what comes by a <see cref="TcpMediaPort"/>: the media loop. Called on the thread that serves the port.</summary>
internal interface ITcpMediaOwner
{
    /// <summary>A datagram has come; the buffer is the owner's from here.</summary>
    /// <returns>False: nobody's; a connection that has not proved itself is closed then.</returns>
    bool Receive(in IncomingDatagram datagram);

    /// <summary>A connection has ended. Not called for those closed before they proved themselves.</summary>
    void Lost(in TransportPath path);
}
